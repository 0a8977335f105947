"""Tables only: a file per aggregate, no method that sends, renders or computes.

What two rooms both need to know stands here.
"""

from survey_app.models.account import Account, LoginSession, SignInFailure
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
    "AuditEvent",
    "AuditHead",
    "Base",
    "Campaign",
    "CampaignField",
    "CampaignTarget",
    "CampaignUnit",
    "Counter",
    "DefinitionItem",
    "DefinitionVersion",
    "DossierMac",
    "Excluded",
    "Inbox",
    "Letterhead",
    "Level",
    "LoginSession",
    "Population",
    "Receipt",
    "Release",
    "ServiceField",
    "SignInFailure",
    "Submission",
    "SubmissionExtra",
    "TallyCell",
    "Unit",
    "UnitSuccession",
]
