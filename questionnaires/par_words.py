"""What the choices of a criteria set are called."""

from collections.abc import Mapping
from types import MappingProxyType

from questionnaires.par_nodes import Basis, Method, Role
from questionnaires.par_sets import Block, Denominator

WORDS: Mapping[str, str] = MappingProxyType(
    {
        Block.PROVINCE: "Cấp tỉnh",
        Block.DEPARTMENT: "Sở, ban, ngành",
        Block.COMMUNE: "Xã, phường",
        Block.VERTICAL: "Cơ quan ngành dọc",
        Denominator.APPLICABLE: "Tính trên phần áp dụng",
        Denominator.BLOCKS: "Quy về điểm tối đa của từng phương pháp",
        Method.APPRAISAL: "Thẩm định",
        Method.SURVEY_LEADERS: "Điều tra xã hội học",
        Method.SURVEY_SIPAS: "SIPAS",
        Method.STATISTICS: "Số liệu thống kê",
        Role.BASE: "Điểm chuẩn",
        Role.BONUS: "Điểm thưởng",
        Role.PENALTY: "Điểm trừ",
        Basis.SOURCED: "Có nguồn",
        Basis.DERIVED: "Tính từ số có nguồn",
        Basis.RECALLED: "Nhớ lại",
        Basis.PLACEHOLDER: "Tạm đặt",
    }
)
CHOICES: Mapping[str, str] = MappingProxyType({word.casefold(): str(choice) for choice, word in WORDS.items()})
