"""What do the peers' words mean in ours? A broader word of theirs is right for each narrower one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PASSPORT: Final = ("passport",)
_LICENCE: Final = ("driving_licence",)
_PLATE: Final = ("licence_plate",)
_CARD: Final = ("payment_card",)

# By the peer's word. What is in none of these lists is no claim of personal data: dates, addresses of pages, companies.
PRESIDIO: Final[Mapping[str, tuple[str, ...]]] = {
    "ABA_ROUTING_NUMBER": ("us_aba_routing",),
    "AU_MEDICARE": ("au_medicare",),
    "AU_TFN": ("au_tfn",),
    "CA_POSTAL_CODE": ("postcode",),
    "CA_SIN": ("ca_sin",),
    "CREDIT_CARD": _CARD,
    "CRYPTO": ("bitcoin_address", "ethereum_address"),
    "DE_FUEHRERSCHEIN": _LICENCE,
    "DE_HEALTH_INSURANCE": ("de_kvnr",),
    "DE_ID_CARD": ("de_id_card", "passport"),
    "DE_KFZ": _PLATE,
    "DE_PASSPORT": _PASSPORT,
    "DE_PLZ": ("postcode",),
    "DE_SOCIAL_SECURITY": ("de_rentenversicherung",),
    "DE_TAX_ID": ("de_steuer_id",),
    "DE_TAX_NUMBER": ("de_steuernummer",),
    "EMAIL_ADDRESS": ("email",),
    "ES_NIE": ("es_nie",),
    "ES_NIF": ("es_dni",),
    "ES_PASSPORT": _PASSPORT,
    "FI_PERSONAL_IDENTITY_CODE": ("fi_hetu",),
    "IBAN_CODE": ("iban",),
    "IN_AADHAAR": ("in_aadhaar",),
    "IN_PAN": ("in_pan",),
    "IN_PASSPORT": _PASSPORT,
    "IN_VEHICLE_REGISTRATION": _PLATE,
    "IN_VOTER": ("in_epic",),
    "IP_ADDRESS": ("ip_address",),
    "IT_DRIVER_LICENSE": _LICENCE,
    "IT_FISCAL_CODE": ("it_codice_fiscale",),
    "IT_IDENTITY_CARD": ("it_identity_card",),
    "IT_PASSPORT": _PASSPORT,
    "KR_DRIVER_LICENSE": _LICENCE,
    "KR_PASSPORT": _PASSPORT,
    "KR_RRN": ("kr_rrn",),
    "MAC_ADDRESS": ("mac_address",),
    "MEDICAL_LICENSE": ("us_dea_number",),
    "NG_NIN": ("ng_nin",),
    "NG_VEHICLE_REGISTRATION": _PLATE,
    "PHONE_NUMBER": ("phone",),
    "PH_PASSPORT": _PASSPORT,
    "PL_PESEL": ("pl_pesel",),
    "SE_PERSONNUMMER": ("se_personnummer",),
    "SG_NRIC_FIN": ("sg_nric",),
    "TH_TNIN": ("th_pin",),
    "TR_LICENSE_PLATE": _PLATE,
    "TR_NATIONAL_ID": ("tr_kimlik",),
    "UK_DRIVING_LICENCE": _LICENCE,
    "UK_NHS": ("uk_nhs_number",),
    "UK_NINO": ("gb_nino",),
    "UK_PASSPORT": _PASSPORT,
    "UK_POSTCODE": ("postcode",),
    "UK_VEHICLE_REGISTRATION": _PLATE,
    "US_BANK_NUMBER": ("bank_account",),
    "US_DRIVER_LICENSE": _LICENCE,
    "US_HEALTH_INSURANCE_MEMBER_ID": ("us_health_member_id",),
    "US_ITIN": ("us_itin",),
    "US_MBI": ("us_mbi",),
    "US_NPI": ("us_npi",),
    "US_PASSPORT": _PASSPORT,
    "US_SSN": ("us_ssn",),
    "ZA_DRIVER_LICENSE": _LICENCE,
    "ZA_ID_NUMBER": ("za_id",),
    "ZA_INCOME_TAX_NUMBER": ("za_tin",),
    "ZA_LICENSE_PLATE": _PLATE,
    "ZA_MOBILE_NUMBER": ("phone",),
    "ZA_PASSPORT": _PASSPORT,
    "ZA_TELEPHONE_NUMBER": ("phone",),
    "US_CLAIM_NUMBER": ("us_claim_number",),
    "US_PRESCRIPTION_NUMBER": ("us_prescription_number",),
    "US_PRIOR_AUTHORIZATION_NUMBER": ("us_prior_authorization",),
    "US_REFERRAL_NUMBER": ("us_referral_number",),
    "KR_FRN": ("kr_rrn",),
    "PH_TIN": ("ph_tin",),
    "PH_UMID": ("ph_umid",),
    "ZA_TRAFFIC_REGISTER_NUMBER": ("za_traffic_register",),
}

DATAFOG: Final[Mapping[str, tuple[str, ...]]] = {
    "EMAIL": ("email",),
    "PHONE": ("phone",),
    "SSN": ("us_ssn",),
    "CREDIT_CARD": _CARD,
    "IP_ADDRESS": ("ip_address",),
    "ZIP_CODE": ("postcode",),
}

DATAPROFILER: Final[Mapping[str, tuple[str, ...]]] = {
    "ADDRESS": ("postal_address", "city", "postcode"),
    "BAN": ("iban", "bank_account"),
    "CREDIT_CARD": _CARD,
    "DRIVERS_LICENSE": _LICENCE,
    "EMAIL_ADDRESS": ("email",),
    "HASH_OR_KEY": (
        "aws_access_key", "gcp_api_key", "github_token", "gitlab_token", "slack_token", "stripe_key", "jwt", "api_key",
        "password_hash",
    ),
    "IPV4": ("ip_address",),
    "IPV6": ("ip_address",),
    "MAC_ADDRESS": ("mac_address",),
    "PERSON": ("person_name", "first_name", "last_name"),
    "PHONE_NUMBER": ("phone",),
    "SSN": ("us_ssn",),
    "US_STATE": ("region",),
}  # fmt: skip
# Right for a key, and no claim of personal data elsewhere: a checksum is a hash, as it says.
NEUTRAL: Final = frozenset({"HASH_OR_KEY"})
