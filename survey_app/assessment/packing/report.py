"""What the checker command says of a package, line by line."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from scoring.par.numbers import rounded
from survey_app.assessment.packing.checking import Checked, Difference
from survey_app.assessment.packing.manifest import Manifest, UnitPart

WORDS = {
    "not_a_package": "không phải gói ZIP đọc được",
    "too_large": "quá lớn so với tệp, không mở",
    "no_manifest": "thiếu hoặc thừa manifest.json",
    "bad_manifest": "manifest.json không đúng dạng",
    "unsafe_name": "tên tệp không an toàn",
    "twice": "tên tệp xuất hiện nhiều lần",
    "extra_file": "tệp thừa, không có trong manifest.json",
    "missing_file": "thiếu tệp",
    "gone_file": "tệp đã mất trước khi đóng gói",
    "other_size": "kích thước hoặc cách nén khác manifest.json",
    "unreadable": "không đọc được tệp",
    "other_content": "nội dung tệp khác mã băm",
    "bad_set": "bộ tiêu chí không đọc được",
    "other_set": "bộ tiêu chí khác mã băm hoặc khác tên",
    "no_set": "không có bộ tiêu chí của đơn vị",
    "no_leaf": "tiêu chí không có trong bộ tiêu chí",
    "other_exempt": "tiêu chí được miễn khác bộ tiêu chí",
    "other_rule": "điểm theo quy tắc khác số liệu đã nhập",
    "no_reason": "điểm tự chấm khác quy tắc mà không có lý do",
    "impossible": "không tính lại được",
    "other_points": "điểm được tính của tiêu chí khác",
    "other_field": "điểm của lĩnh vực khác",
    "other_index": "chỉ số khác",
}
NO_RANK = "Xếp hạng: không tính lại được từ một gói, vì cần kết quả của mọi đơn vị trong khối."
AGREES = "KHỚP: mọi tệp và mọi kết quả tính lại đều đúng như gói ghi."


def lines(checked: Checked, sha256: str) -> Iterator[str]:
    """The report: what the package is, how it computes, each difference, and the conclusion."""
    yield f"SHA-256 của gói: {sha256}"
    if checked.manifest is not None:
        yield from _about(checked.manifest)
    for name in checked.absent:
        yield f"không có trong gói: {name}"
    for each in checked.differences:
        yield difference(each)
    yield AGREES if not checked.differences else f"KHÔNG KHỚP: {len(checked.differences)} chỗ"


def difference(each: Difference) -> str:
    """One difference in a line."""
    said = f": ghi {each.stated or '–'}, tính lại {each.found or '–'}" if each.stated or each.found else ""
    return f"{WORDS[each.kind]}\t{each.place}{said}"


def _about(manifest: Manifest) -> Iterator[str]:
    round_, files = manifest.round, sum(len(each.files) for unit in manifest.units for each in unit.documents)
    yield f"{round_.title} (năm {round_.year}), lập {manifest.made_at:%d/%m/%Y %H:%M} bằng {manifest.program}"
    yield f"Đầu chuỗi nhật ký: {manifest.audit_id} {manifest.audit_mac}"
    for part in manifest.sets:
        yield f"Bộ tiêu chí {part.ref}: {part.content_hash}"
    if manifest.field:
        yield f"Lĩnh vực {manifest.field}, {len(manifest.units)} đơn vị, {files} tệp"
    else:
        yield f"{manifest.units[0].name}, {files} tệp"
        yield _outcome(manifest.units[0])
        yield NO_RANK


def _outcome(unit: UnitPart) -> str:
    index = unit.outcome.index
    if index is None or index.index is None:
        return "Chỉ số: chưa có (còn tiêu chí chưa có điểm hoặc không áp dụng)"
    band = f", xếp loại {index.band}" if index.band else ""
    return f"Chỉ số: {_percent(index.index)}{band}"


def _percent(text: str) -> str:
    value: Decimal = rounded(Fraction(text), 2)
    return f"{value:f}".replace(".", ",") + " %"
