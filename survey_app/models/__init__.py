"""Tables only: a file per aggregate, no method that sends, renders or computes.

What two rooms both need to know stands here.
"""

from survey_app.models.account import Account, LoginSession, SignInFailure
from survey_app.models.assessment import (
    Assessment,
    Correction,
    CouncilAttendance,
    CouncilMeeting,
    CouncilMember,
    Duty,
    Explanation,
    Feed,
    FrozenResult,
    Mark,
    RemedyTask,
    Round,
    RoundSet,
)
from survey_app.models.audit import AuditEvent, AuditHead
from survey_app.models.base import Base
from survey_app.models.campaign import (
    Campaign,
    CampaignField,
    CampaignTarget,
    CampaignUnit,
    DefinitionItem,
    DefinitionVersion,
    Population,
)
from survey_app.models.criteria import CriteriaSet
from survey_app.models.evidence import Evidence, EvidenceFile, Support
from survey_app.models.package import Package
from survey_app.models.submission import (
    DossierMac,
    Excluded,
    Inbox,
    Receipt,
    Release,
    Submission,
    SubmissionExtra,
    TallyCell,
)
from survey_app.models.unit import Counter, Letterhead, Level, ServiceField, Unit, UnitSuccession

__all__ = [
    "Account",
    "Assessment",
    "AuditEvent",
    "AuditHead",
    "Base",
    "Campaign",
    "CampaignField",
    "CampaignTarget",
    "CampaignUnit",
    "Correction",
    "CouncilAttendance",
    "CouncilMeeting",
    "CouncilMember",
    "Counter",
    "CriteriaSet",
    "DefinitionItem",
    "DefinitionVersion",
    "DossierMac",
    "Duty",
    "Evidence",
    "EvidenceFile",
    "Excluded",
    "Explanation",
    "Feed",
    "FrozenResult",
    "Inbox",
    "Letterhead",
    "Level",
    "LoginSession",
    "Mark",
    "Package",
    "Population",
    "Receipt",
    "Release",
    "RemedyTask",
    "Round",
    "RoundSet",
    "ServiceField",
    "SignInFailure",
    "Submission",
    "SubmissionExtra",
    "Support",
    "TallyCell",
    "Unit",
    "UnitSuccession",
]
