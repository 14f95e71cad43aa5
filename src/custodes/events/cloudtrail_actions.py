"""Which of our actions is an AWS API call? A table of names, then the first word of the name.

CloudTrail names thousands of calls (`eventName`); AWS names them by verb. The table holds what the verb does not
tell: calls that give or take access, hand data to others, take on an identity, or copy data out. Version suffixes
(`AddPermission20150331v2`) are cut off first. A name that neither knows is `read` when CloudTrail says it is
read-only and `update` when not.
"""

from __future__ import annotations

import re
from typing import Final

from custodes.records import Action

_VERSION: Final = re.compile(r"_?20\d{6}(v\d+)?$")

_GRANT: Final = """
    AddClientIDToOpenIDConnectProvider AddPermission AddLayerVersionPermission AddRoleToInstanceProfile
    AddRoleToDBCluster AddRoleToDBInstance AddUserToGroup AdminAddUserToGroup AssociateIamInstanceProfile
    AttachGroupPolicy AttachRolePolicy AttachUserPolicy
    AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress AuthorizeDBSecurityGroupIngress
    AuthorizeClusterSecurityGroupIngress BatchGrantPermissions
    CreateAccessEntry CreateAccessKey CreateAccountAssignment CreateGrant CreateInstanceProfile CreateKeyPair
    CreateLoginProfile CreateOpenIDConnectProvider CreatePolicyVersion CreateSAMLProvider
    CreateServiceLinkedRole CreateServiceSpecificCredential CreateTrustAnchor CreateVirtualMFADevice EnableMFADevice
    GrantPermissions ImportKeyPair PutGroupPolicy PutKeyPolicy PutPermissionPolicy PutRepositoryPolicy
    SetRepositoryPolicy PutResourcePolicy PutRolePolicy PutUserPolicy PutUserPermissionsBoundary
    PutRolePermissionsBoundary ReplaceIamInstanceProfileAssociation SendSSHPublicKey SetDefaultPolicyVersion
    UpdateAccessKey UpdateAssumeRolePolicy UpdateLoginProfile UploadSSHPublicKey UploadSigningCertificate
    PutBucketPolicy PutAccessPointPolicy PutUserPolicy DeleteBucketPublicAccessBlock DeletePublicAccessBlock
    DeleteAccountPublicAccessBlock DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary
"""
_REVOKE: Final = """
    AdminRemoveUserFromGroup BatchRevokePermissions DeactivateMFADevice DeleteAccessEntry DeleteAccessKey
    DeleteAccountAssignment DeleteGroupPolicy DeleteKeyPair DeleteLoginProfile DeleteOpenIDConnectProvider
    DeletePolicyVersion DeleteRolePolicy DeleteSAMLProvider DeleteSSHPublicKey DeleteServiceSpecificCredential
    DeleteSigningCertificate DeleteTrustAnchor DeleteUserPolicy DeleteVirtualMFADevice DeleteBucketPolicy
    DeleteAccessPointPolicy DeleteInstanceProfile DeleteResourcePolicy DeleteRepositoryPolicy
    DetachGroupPolicy DetachRolePolicy DetachUserPolicy DisassociateIamInstanceProfile
    PutBucketPublicAccessBlock PutPublicAccessBlock PutAccountPublicAccessBlock
    RemoveLayerVersionPermission RemovePermission RemoveRoleFromDBCluster RemoveRoleFromDBInstance
    RemoveRoleFromInstanceProfile RemoveUserFromGroup RetireGrant RevokeClusterSecurityGroupIngress
    RevokeDBSecurityGroupIngress RevokeGrant RevokePermissions RevokeSecurityGroupEgress
    RevokeSecurityGroupIngress
"""
_SHARE: Final = """
    AcceptResourceShareInvitation AssociateResourceShare CreateDataShare AuthorizeDataShare
    AuthorizeSnapshotAccess CreateResourceShare ModifyDBClusterSnapshotAttribute ModifyDBSnapshotAttribute
    ModifyDocumentPermission ModifyFpgaImageAttribute ModifyImageAttribute ModifySnapshotAttribute
    PutBucketAcl PutObjectAcl PutBucketReplication PutBucketWebsite SharedSnapshotCopyInitiated
    SharedSnapshotVolumeCreated ShareDirectory
"""
_EXPORT: Final = """
    CopySnapshot CopyDBSnapshot CopyDBClusterSnapshot CreateInstanceExportTask CreateStoreImageTask ExportImage
    ExportTableToPointInTime StartExportTask CreateExportTask UnloadData GetQueryResults
    DownloadDBLogFilePortion DownloadCompleteDBLogFile GenerateCredentialReport
"""
_LOGIN: Final = """
    ConsoleLogin CheckMfa CredentialChallenge CredentialVerification UserAuthentication InitiateAuth
    AdminInitiateAuth GetSessionToken GetSigninToken Authenticate GetAuthorizationToken
"""
_LOGIN_AS: Final = """
    AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot SwitchRole ExitRole
    GetFederationToken GetRoleCredentials Federate RenewRole StartSession ResumeSession
"""
_SEARCH: Final = "Search SearchInsights SearchResources Query Scan Select SelectObjectContent LookupEvents"
_OTHER: Final[dict[str, Action]] = {
    "CreateSnapshot": "create",
    "Decrypt": "read",
    "Encrypt": "read",
    "ReEncrypt": "read",
    "StartQuery": "search",
    "StartQueryExecution": "search",
    "ExecuteStatement": "search",
    "BatchExecuteStatement": "search",
    "PutObject": "create",
    "CopyObject": "create",
    "RunInstances": "create",
    "TerminateInstances": "delete",
    "StartSecretVersionDelete": "delete",
    "EndSecretVersionDelete": "delete",
    "LeaveOrganization": "delete",
    "StopLogging": "suspend",
    "StartLogging": "reinstate",
    "DisableKey": "suspend",
    "EnableKey": "reinstate",
    "AdminDisableUser": "suspend",
    "AdminEnableUser": "reinstate",
}

_NAMES: Final[dict[str, Action]] = {
    **dict.fromkeys(_GRANT.split(), "grant"),
    **dict.fromkeys(_REVOKE.split(), "revoke"),
    **dict.fromkeys(_SHARE.split(), "share"),
    **dict.fromkeys(_EXPORT.split(), "export"),
    **dict.fromkeys(_LOGIN.split(), "login"),
    **dict.fromkeys(_LOGIN_AS.split(), "login_as"),
    **dict.fromkeys(_SEARCH.split(), "search"),
    **_OTHER,
}

# The first word of the name, longest first where one begins another.
_VERBS: Final[tuple[tuple[str, Action], ...]] = (
    ("BatchGet", "read"),
    ("BatchDelete", "delete"),
    ("BatchWrite", "update"),
    ("Get", "read"),
    ("List", "read"),
    ("Describe", "read"),
    ("Head", "read"),
    ("View", "read"),
    ("Download", "export"),
    ("Export", "export"),
    ("Search", "search"),
    ("Lookup", "search"),
    ("Query", "search"),
    ("Share", "share"),
    ("Create", "create"),
    ("Allocate", "create"),
    ("Register", "create"),
    ("Import", "create"),
    ("Upload", "create"),
    ("Delete", "delete"),
    ("Deregister", "delete"),
    ("Release", "delete"),
    ("Terminate", "delete"),
    ("Purge", "delete"),
    ("Disable", "suspend"),
    ("Enable", "reinstate"),
    ("Grant", "grant"),
    ("Revoke", "revoke"),
)


def action(event_name: str, *, read_only: bool) -> Action:
    """The action of one API call."""
    name = _VERSION.sub("", event_name)
    known = _NAMES.get(name)
    if known is not None:
        return known
    for verb, verb_action in _VERBS:
        if name.startswith(verb):
            return verb_action
    return "read" if read_only else "update"
