"""What the form of a scoring rule calls its kinds, parameters and columns; a new kind gets its words here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scoring.par.parameters import Shape


@dataclass(frozen=True, slots=True)
class Words:
    """The label of a parameter, and what helps to fill it."""

    label: str
    hint: str = ""


BY_HAND = "Không có luật: người chấm ghi điểm và lý do."
SAYS: Mapping[str, str] = MappingProxyType(
    {
        "binary": "Trả lời Có được điểm tối đa, Không được 0 điểm.",
        "choice_na": "Như Có hoặc không, thêm phương án không áp dụng: tiêu chí không tính vào điểm của đơn vị.",
        "all_of": "Đạt đủ mọi yêu cầu được điểm tối đa, thiếu một yêu cầu được 0 điểm.",
        "checklist": "Mỗi yêu cầu có điểm riêng; đạt yêu cầu nào cộng điểm yêu cầu đó.",
        "choice": "Chọn một trong các mức, mỗi mức có điểm riêng.",
        "deadline_tiers": "Điểm theo số ngày thực hiện (hoặc số ngày chậm): xong trong bậc nào được điểm bậc đó.",
        "tiers": "Điểm theo bậc của tỷ lệ a/b hoặc của một số lượng.",
        "count_steps": "Điểm theo bậc của một số lượng, ví dụ từ 2 sáng kiến: 2 điểm, 1 sáng kiến: 1 điểm.",
        "count": "Mỗi nội dung được cùng số điểm, cộng lại đến mức tối đa.",
        "ratio": "Dưới mức sàn được 0 điểm; từ mức sàn, điểm tỷ lệ thuận với a/b; từ mức cao nhất được điểm tối đa.",
        "conditional": "Mỗi trường hợp của đơn vị có luật riêng; đơn vị chọn trường hợp của mình.",
        "deduct": "Từ điểm ban đầu trừ cùng số điểm cho mỗi vi phạm, không thấp hơn mức sàn.",
        "penalty": "Trừ một số điểm cố định khi vi phạm.",
        "late_penalty": "Trừ điểm theo số ngày nộp chậm: một lần cho những ngày đầu, sau đó từng ngày.",
        "bonus_group": "Cộng điểm các nội dung thưởng, không quá mức trần.",
        "survey": "Tỷ lệ bình quân của cuộc điều tra nhân điểm tối đa.",
        "external_pct": "Tỷ lệ từ nguồn khác (SIPAS, Bộ công bố) nhân điểm tối đa.",
        "interpolate": "Điểm theo mức tăng so với kỳ gốc, từ mốc thấp nhất (0 điểm) đến mốc cao nhất (điểm tối đa).",
        "step": "Điểm nền đến một quy mô, thêm điểm cho mỗi bậc trọn vượt quy mô đó, không quá mức tối đa.",
    }
)

# By the parameter's name; "kind.name" where a kind means something of its own by it.
PARAMETERS: Mapping[str, Words] = MappingProxyType(
    {
        "base_at": Words("Quy mô được điểm nền"),
        "base_points": Words("Điểm nền"),
        "branch_on": Words("Phân biệt trường hợp theo", "Ví dụ: Có kế hoạch trong năm hay không."),
        "branches": Words("Các trường hợp", "Tên như đơn vị sẽ chọn, ví dụ: Có kế hoạch."),
        "cap": Words("Mức điểm tối đa"),
        "bonus_group.cap": Words("Mức trần của nhóm"),
        "condition": Words(
            "Điều kiện", "Không bắt buộc. Ghi «số xử lý==số phát hiện» thì so hai số thay vì hỏi Có, Không."
        ),
        "conditions": Words("Các yêu cầu"),
        "decided_by": Words("Ai kết luận vi phạm", "Không bắt buộc."),
        "first_days": Words("Số ngày chậm đầu tiên"),
        "first_penalty": Words("Điểm trừ cho những ngày đầu"),
        "floor": Words("Mức sàn"),
        "deduct.floor": Words("Điểm thấp nhất"),
        "full_at": Words("Mức được điểm tối đa"),
        "high": Words("Mốc cao nhất", "Không bắt buộc; bỏ trống thì nhập khi chấm."),
        "input": Words("Số liệu", "Ghi a/b khi tính tỷ lệ; không có dấu / thì tính theo số lượng. Bỏ trống: a/b."),
        "ratio.input": Words("Số liệu", "Tỷ lệ, ví dụ a/b. Bỏ trống: a/b."),
        "deadline_tiers.input": Words("Tên số ngày", "Không bắt buộc."),
        "items": Words("Các yêu cầu và điểm"),
        "low": Words("Mốc thấp nhất", "Không bắt buộc; bỏ trống thì nhập khi chấm."),
        "may_exceed": Words("Số đạt được có thể lớn hơn tổng số", "Bỏ trống: Không, trừ khi luật có bậc trên 100 %."),
        "options": Words("Các mức", "Đánh dấu «đến mức này» khi người chấm tự cho điểm không quá điểm của mức."),
        "choice_na.options": Words("Ba phương án trả lời"),
        "otherwise": Words("Điểm khi không đạt bậc nào"),
        "deadline_tiers.otherwise": Words("Điểm khi chậm hơn hoặc không thực hiện"),
        "outside_base": Words("Tính ngoài điểm chuẩn", "Bỏ trống: Có."),
        "per_day_after": Words("Điểm trừ cho mỗi ngày tiếp theo"),
        "per_violation": Words("Điểm trừ cho mỗi vi phạm", "Số dương, ví dụ 0,5."),
        "points": Words("Điểm trừ"),
        "points_per_item": Words("Điểm mỗi nội dung"),
        "reject_after": Words("Ngày cuối còn nhận hồ sơ", "Không bắt buộc. Ngày/tháng, ví dụ 20/12."),
        "round": Words("Làm tròn điểm đến số chữ số thập phân", "Không bắt buộc; bỏ trống thì không làm tròn."),
        "start": Words("Điểm ban đầu", "Bỏ trống: điểm tối đa của tiêu chí."),
        "step": Words("Cỡ mỗi bậc"),
        "step_points": Words("Điểm mỗi bậc"),
        "steps": Words("Các bậc", "Tự xếp theo mốc khi lưu."),
        "tiers": Words("Các bậc", "Tự xếp theo mốc khi lưu."),
        "waiver": Words("Trường hợp được miễn trừ", "Không bắt buộc, ví dụ: Có văn bản chấp thuận lùi thời hạn."),
        "weights": Words(
            "Phương án trả lời và giá trị",
            "Bỏ trống cả bảng: nhập thẳng tỷ lệ. Phương án để trống giá trị thì không tính.",
        ),
        "when_b_is_zero": Words("Khi không phát sinh (b bằng 0)"),
        "not_applicable": Words(
            "Trường hợp không áp dụng", "Không bắt buộc. Khi ghi, đánh dấu thêm ô «Có thể không áp dụng» bên dưới."
        ),
        # beside the parameters, without effect on points
        "basis": Words("Căn cứ của luật"),
        "formula": Words("Công thức theo văn bản"),
        "note": Words("Ghi chú về luật"),
        "source": Words("Nguồn của luật"),
        "text_vi": Words("Lời văn của trường hợp"),
        "verified": Words("Luật đã đối chiếu văn bản gốc"),
        "question_value": Words("Cách tính giá trị câu hỏi"),
        "survey.points": Words("Cách tính điểm theo văn bản"),
    }
)
HINTS: Mapping[Shape, str] = MappingProxyType({Shape.DEDUCTION: "Số âm hoặc 0, ví dụ -0,5."})
YES_NO = (("", "– Không ghi –"), ("yes", "Có"), ("no", "Không"))
WHEN_ZERO = (
    ("", "– Không cho phép –"),
    ("full", "Được điểm tối đa"),
    ("not_applicable", "Không áp dụng tiêu chí"),
)
FROM = (("gte", "từ"), ("gt", "trên"))
BRANCH, BRANCH_KIND = "Tên trường hợp", "Loại luật"
PERCENT = "{} (%)"
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "gt": "mốc",
        "gte": "mốc",
        "lte": "mốc",
        "name": "tên",
        "points": "điểm",
        "text_vi": "lời văn",
        "up_to": "đến mức này",
    }
)
PLACE = re.compile(r"(\w+)(?:\[([0-9]+)\])?(?:\.(\w+))?")


def words(kind: str, name: str, shape: Shape | None = None) -> Words:
    """What a parameter is called; its own name when nobody has named it yet."""
    found = PARAMETERS.get(f"{kind}.{name}") or PARAMETERS.get(name) or Words(name)
    return Words(found.label, found.hint or HINTS.get(shape, "")) if shape else found


def place(where: str) -> str:
    """A place in a rule in words, with its name in the data: "Các bậc, dòng 2, điểm (tiers[1].points)"."""
    found = PLACE.fullmatch(where)
    if not found or found[1] not in PARAMETERS or (found[3] and found[3] not in COLUMNS):
        return where
    parts = [PARAMETERS[found[1]].label]
    if found[2]:
        parts.append(f"dòng {int(found[2]) + 1}")
    if found[3]:
        parts.append(COLUMNS[found[3]])
    return f"{', '.join(parts)} ({where})"
