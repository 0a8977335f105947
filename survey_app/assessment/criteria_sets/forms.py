"""What Home Affairs enters about criteria sets: a node, the head of a set, a year, a file."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from questionnaires.par_nodes import Basis, Method, Node, Role
from questionnaires.par_sets import CriteriaSet, Denominator
from questionnaires.par_tables import COLUMNS, HEADER, YES
from questionnaires.par_texts import HEAD, NODE, Texts
from questionnaires.par_words import WORDS
from survey_app.assessment.criteria_sets.rule_fields import LEAF_KINDS
from survey_app.assessment.criteria_sets.sets import Change, Clash, merged
from survey_app.errors import Conflict, Rejected
from survey_app.forms import NEEDED, StaffForm, choices

REFUSALS = {
    "bad_year": "Năm không đúng, hoặc mã bộ tiêu chí quá dài để thêm năm.",
    "below_itself": "Không đặt được mục vào bên trong chính nó.",
    "changed_meanwhile": "Người khác vừa sửa phần này. Nội dung Ông/Bà nhập còn nguyên bên dưới; xem rồi lưu lại.",
    "faulty_file": "Tệp có lỗi, chưa ghi gì.",
    "faulty_set": "Bộ tiêu chí còn lỗi; sửa hết lỗi rồi làm lại.",
    "last_field": "Bộ tiêu chí phải còn ít nhất một lĩnh vực.",
    "no_column": "Tệp thiếu cột bắt buộc.",
    "no_sheet": "Tệp thiếu trang tính bắt buộc.",
    "node_gone": "Mục này không còn trong bộ tiêu chí: người khác đã xóa hoặc đổi số hiệu.",
    "not_a_table": "Tệp không phải bảng tính XLSX hoặc tệp YAML.",
    "not_utf8": "Tệp YAML phải ở dạng UTF-8.",
    "number_taken": "Số hiệu này đã có trong bộ tiêu chí.",
    "other_set": "Tệp là của bộ tiêu chí khác (mã, phiên bản, khối hoặc năm khác).",
    "set_changed": "Bộ tiêu chí đã được người khác sửa sau khi mở trang này. Xem lại rồi làm lại.",
    "set_frozen": "Bộ tiêu chí đã khóa vì có kỳ đánh giá dùng nó; hãy nhân bản để sửa.",
    "set_taken": "Đã có bộ tiêu chí với mã và phiên bản này.",
    "set_used": "Có kỳ đánh giá đang chuẩn bị dùng bộ này; bỏ bộ khỏi kỳ đó trước.",
    "too_large": "Tệp quá lớn.",
    "too_many_rows": "Tệp quá nhiều dòng.",
}
MOST_DIGITS = 9


def _lines(text: str | None) -> str:
    return "\n".join((text or "").split("\r\n")).strip()


def _short(label: str, *validators: Any) -> StringField:
    return StringField(label, [*validators], filters=[_lines])


def _long(label: str, rows: int = 3) -> TextAreaField:
    return TextAreaField(label, filters=[_lines], render_kw={"rows": rows})


def _select(label: str, members: type[Any], none: str | None = None) -> SelectField:
    empty = [] if none is None else [("", none)]
    return SelectField(label, choices=choices([*empty, *((each.value, WORDS[each]) for each in members)]))


class TextsForm(StaffForm):
    """A form of texts that two people may have open at once; `before` are the texts that it was made from."""

    NAMES: ClassVar[tuple[str, ...]] = ()

    edition = HiddenField()
    before = HiddenField()

    def texts(self) -> dict[str, str]:
        """The texts by their names in the definition."""
        return {name: self.said(self[self.field_of(name)]) for name in self.NAMES}

    def change(self) -> Change:
        """What was typed and what it was made from; whatever is no such thing counts as changed."""
        edition = edition_of({"edition": str(self.edition.data or "")})
        return Change(texts=self.texts(), before=_loaded(self.before.data or ""), edition=edition)

    def fill(self, texts: Texts, edition: int) -> None:
        """Show these texts."""
        for name, text in texts.items():
            field = self[self.field_of(name)]
            field.data = text == YES if isinstance(field, BooleanField) else text
        self.made_from(texts, edition)

    def made_from(self, texts: Texts, edition: int) -> None:
        self.edition.data, self.before.data = str(edition), json.dumps(dict(texts), ensure_ascii=False)

    @staticmethod
    def field_of(name: str) -> str:
        """The field of a text; a name has no dot there."""
        return name.replace(".", "_")

    @staticmethod
    def said(field: Field) -> str:
        if isinstance(field, BooleanField):
            return YES if field.data else ""
        return str(field.data or "")


class NodeForm(TextsForm):
    id = _short("Số hiệu", DataRequired(NEEDED))
    name = _short("Tên", DataRequired(NEEDED))
    name_en = _short("Tên tiếng Anh")
    max = _short("Điểm tối đa", DataRequired(NEEDED))
    role = _select("Vai trò", Role, "Theo mục trên (mặc định: điểm chuẩn)")
    cap = _short("Mức trần của nhóm điểm thưởng, điểm trừ")
    method = _select("Phương pháp", Method, "– Không (mục có mục con) –")
    kind = SelectField(
        "Loại luật",
        choices=choices([("", "Chấm bằng tay, không có luật"), *LEAF_KINDS]),
    )
    rule = _long("Tham số của luật", 8)
    legal_text = _long("Cách chấm điểm (lời văn của quyết định)")
    inputs = _long("Số liệu")
    evidence = _long("Tài liệu kiểm chứng")
    lead_unit = _short("Cơ quan chủ trì")
    lead_unit_code = _short("Mã cơ quan chủ trì")
    not_applicable_allowed = BooleanField("Có thể không áp dụng cho một số đơn vị")
    special = _short("Đơn vị đặc thù không đánh giá (mã, cách nhau bằng dấu phẩy)")
    source = _long("Nguồn", 2)
    points_basis = _select("Căn cứ của điểm", Basis)
    verified = BooleanField("Đã đối chiếu văn bản gốc")
    name_verified = BooleanField("Tên đã đối chiếu")
    note = _long("Ghi chú", 2)

    NAMES = NODE


class HeadForm(TextsForm):
    title_vi = _short("Tên bộ tiêu chí", DataRequired(NEEDED))
    title_en = _short("Tên tiếng Anh", DataRequired(NEEDED))
    denominator = _select("Mẫu số", Denominator)
    decimals = _short("Số chữ số thập phân", DataRequired(NEEDED))
    complete = BooleanField("Đủ mọi cấp, dùng để chấm điểm được")
    verified = BooleanField("Đã đối chiếu văn bản gốc")
    note = _long("Ghi chú")
    legal_basis = _long("Căn cứ pháp lý", 8)
    claims = _long("Số liệu văn bản công bố", 5)
    bands = _long("Xếp loại", 8)

    NAMES = HEAD


class CloneForm(StaffForm):
    year = IntegerField("Năm chỉ số", [InputRequired(NEEDED), NumberRange(2011, 2100, "Từ 2011 đến 2100.")])


class FileForm(StaffForm):
    edition = HiddenField()
    file = FileField("Tệp XLSX hoặc YAML", [FileRequired("Chưa chọn tệp.")])


@contextmanager
def showing(form: StaffForm) -> Iterator[list[Clash]]:
    """What a service refuses inside the block appears in the form; yields the texts that someone else changed."""
    clashes: list[Clash] = []
    try:
        yield clashes
    except Rejected as refusal:
        if isinstance(form, TextsForm):
            problems = {form.field_of(name): reason for name, reason in refusal.problems.items()}
            refusal = Rejected(refusal.reason, problems=problems)
        form.show(refusal, REFUSALS)
    except Conflict as conflict:
        form.form_errors.append(REFUSALS[conflict.reason])
        if isinstance(form, TextsForm) and conflict.reason == "changed_meanwhile":
            clashes += _merge(form, conflict)


def _merge(form: TextsForm, conflict: Conflict) -> tuple[Clash, ...]:
    """Show the texts as they are now beside what was typed; the next try is made from them."""
    now: Any = conflict.details["now"]
    texts, clashes = merged(form.change(), now)
    form.fill(texts, 0)
    edition: Any = conflict.details["edition"]
    form.made_from(now, edition)
    return clashes


def edition_of(sent: Mapping[str, str]) -> int:
    """The edition that a form was made from; 0, which no set has, when it says none."""
    text = sent.get("edition", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def new_texts(criteria: CriteriaSet, above: Node | None) -> dict[str, str]:
    """What the form of a new node begins with: the next number, and where the one above came from."""
    siblings = above.children if above else criteria.fields
    before = siblings[-1] if siblings else above
    following = f"{above.id}.{len(siblings) + 1}" if above else str(len(siblings) + 1)
    empty = dict.fromkeys(NODE, "")
    source = before.source if before else ""
    return empty | {"id": following, "source": source, "points_basis": Basis.PLACEHOLDER.value}


def title(name: str) -> str:
    """The label of a text that two people changed."""
    return COLUMNS.get(name) or HEADER[name]


def _loaded(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
