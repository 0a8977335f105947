"""A package of evidence made by hand: what it says is known, and no database has a part in it."""

import datetime
import hashlib
import io
import zipfile
from functools import cache
from typing import Any

from questionnaires.loader import parse
from questionnaires.par_sets import CriteriaSet as Definition
from survey_app.assessment import criteria
from survey_app.assessment.outcomes import Fed, Said, Sheet
from survey_app.assessment.packing.manifest import (
    FORMAT,
    NAME,
    DocumentPart,
    FeedPart,
    FilePart,
    Manifest,
    MarkPart,
    RoundPart,
    SetPart,
    UnitPart,
)
from survey_app.assessment.packing.outcomes import outcome
from tests.survey_app.assessment.conftest import body, definition

Data = dict[str, Any]
PDF = b"%PDF-1.7 "
PLAN = "1.1/ke-hoach.pdf"
AT = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
INTERNAL: Data = {"internal": True, "members": (), "meetings": (), "audit_id": 7, "audit_mac": "ab"}
MARKS = (
    ("1.1", "self", "2.55", {"a": 34, "b": 40}, "2.55", ""),
    ("1.1", "first", "2.55", {"a": 34, "b": 40}, "2.55", ""),
    ("1.2", "self", "2", {"answer": True}, "2", ""),
    ("1.2", "first", "2", {"answer": True}, "2", ""),
    ("1.3", "self", "0.75", {}, None, "Giải trình"),
    ("1.3", "first", "0.5", {}, None, "Thiếu báo cáo"),
    ("T.1", "council", "1", {}, None, "Sáng kiến"),
)


@cache
def small_set() -> SetPart:
    text = body(definition())
    return SetPart(ref="commune-2025@1", content_hash=parse(text, Definition, name="").content_hash, body=text)


def marks() -> tuple[MarkPart, ...]:
    keys = ("leaf", "stage", "points", "inputs", "computed", "reason")
    rest = {"deducted": "0", "applies": True, "account": 1, "at": AT}
    return tuple(MarkPart.model_validate({**dict(zip(keys, each, strict=True)), **rest}) for each in MARKS)


def sheet() -> Sheet:
    """The same as the marks say, as the program holds it."""
    said: dict[str, dict[str, Said]] = {}
    for each in marks():
        found = Said(points=each.points, computed=each.computed, inputs=each.inputs, reason=each.reason)
        said.setdefault(each.leaf, {})[each.stage] = found
    return Sheet(
        unit_id=1,
        name="Xã An Cọ",
        block="commune",
        criteria=criteria.read(small_set().body, "commune"),
        marks=said,
        feeds={"2.1": Fed(inputs={"percent": 82}, share=0.82, standard_error=0.01)},
        corrections={},
        exempt=frozenset(),
    )


def unit(field: str = "") -> UnitPart:
    """Xã An Cọ: 2,55 + 2 + 0,5 + 3,28 of 10 points and 1 of bonus."""
    file = FilePart(
        path=PLAN,
        version=1,
        name="ke-hoach.pdf",
        media_type="application/pdf",
        size=len(PDF),
        sha256=hashlib.sha256(PDF).hexdigest(),
        scan="clean",
        problem="",
        account=1,
        at=AT,
    )
    document = DocumentPart(
        id=1,
        number="12/KH-UBND",
        issued_on=None,
        issuer="",
        summary="Kế hoạch",
        url=None,
        note="",
        withdrawn=False,
        leaves=("1.1", "1.3"),
        by_appraiser=False,
        files=(file,),
    )
    fed: Data = {"leaf": "2.1", "kind": "share", "inputs": {"percent": 82}, "share": 0.82, "standard_error": 0.01}
    return UnitPart(
        id=1,
        code="xa-1",
        name="Xã An Cọ",
        block="commune",
        set_ref="commune-2025@1",
        state="settled",
        submitted_on=None,
        late=False,
        exempt=(),
        marks=marks(),
        feeds=(FeedPart(**fed, source="Báo cáo", result=None, account=1, at=AT),),
        corrections=(),
        explanations=(),
        documents=(document,),
        outcome=outcome(sheet(), field),
    )


@cache
def packed(field: str = "") -> bytes:
    """A package, in memory."""
    manifest = Manifest(
        format=FORMAT,
        program="sipas-survey 0.1.0",
        made_at=AT,
        round=RoundPart(id=1, title="Chỉ số CCHC năm 2025", year=2025, state="running", published_on=None),
        field=field,
        sets=(small_set(),),
        units=(unit(field),),
        **INTERNAL,
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(PLAN), PDF)
        archive.writestr(zipfile.ZipInfo(NAME), manifest.model_dump_json(), zipfile.ZIP_DEFLATED)
    return target.getvalue()
