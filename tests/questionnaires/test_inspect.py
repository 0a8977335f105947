from questionnaires import loader
from questionnaires.base import Definition, Source, Text
from questionnaires.inspect import changes, outline
from questionnaires.model import Questionnaire
from tests.questionnaires.samples import Data


def test_outline_of_a_questionnaire() -> None:
    lines = list(outline(loader.questionnaire("counter-2640@1").definition))
    assert lines[0].startswith("counter-2640@1: Phiếu khảo sát sự hài lòng")
    assert lines[1] == "  căn cứ: 2640/QĐ-BNV (chưa đối chiếu văn bản gốc)"
    assert "  Thủ tục hành chính" in lines
    assert "    TT1 (rating) Thủ tục hành chính được niêm yết công khai đầy đủ" in lines
    assert "    LOC (single) Ông/Bà đã nhận kết quả giải quyết thủ tục này chưa?* [chưa đối chiếu]" in lines


def test_outline_of_targets() -> None:
    lines = list(outline(loader.published("targets")["bac-giang-2022@1"].definition))
    assert "  căn cứ: 6891/KH-UBND" in lines
    assert "  bg-2022-waiting: <= 20 minutes (2022) Thời gian chờ trung bình tại Bộ phận Một cửa" in lines


def test_outline_of_a_province() -> None:
    lines = list(outline(loader.published("provinces")["demo@1"].definition))
    assert "  Xã, phường: 99" in lines
    assert lines[-1] == "  lĩnh vực: 26, quầy: 257"


def test_outline_of_anything_else_is_its_head() -> None:
    source = Source(title="Kế hoạch", verified=True)
    plain = Definition(id="x", version=1, title=Text(vi="Tên", en="Name"), legal_basis=(source,))
    assert list(outline(plain)) == ["x@1: Tên", "  căn cứ: Kế hoạch"]


def test_changes_name_what_was_added_removed_and_altered(small: Data) -> None:
    old = Questionnaire.model_validate(small)
    assert list(changes(old, old)) == []
    small["version"] = 2
    items = small["sections"][0]["items"]
    items[1]["text"]["vi"] = "Câu mới"
    removed = small["sections"][1]["items"].pop()
    found = list(changes(old, Questionnaire.model_validate(small)))
    assert "~ version: 1 → 2" in found
    assert "~ sections[s1].items[A1].text.vi: Câu A1 → Câu mới" in found
    assert f"- sections[s2].items[YK].longest: {removed['longest']}" in found
    assert not [line for line in found if line.startswith("+")]


def test_changes_of_lists_without_names_go_by_place(small: Data) -> None:
    old = Questionnaire.model_validate(small)
    source = {"title": "Kế hoạch", "verified": False}
    new = Questionnaire.model_validate({**small, "legal_basis": [source]})
    found = list(changes(old, new))
    assert "+ legal_basis[0].title: Kế hoạch" in found
    small["scale"][0]["vi"] = "Tệ"
    assert list(changes(old, Questionnaire.model_validate(small))) == ["~ scale[0].vi: Mức 1 → Tệ"]
