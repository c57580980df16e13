"""One good CALL of ours for every OCPP 1.6 action a station may be asked."""

from typing import Any

_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"
_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "AA",
    "issuerKeyHash": "BB",
    "serialNumber": "01",
}
_PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}],
    },
}
_AT = "2030-01-01T00:00:00Z"

ORDERS: dict[str, dict[str, Any]] = {
    "CancelReservation": {"reservationId": 1},
    "CertificateSigned": {"certificateChain": _CERTIFICATE},
    "ChangeAvailability": {"connectorId": 1, "type": "Operative"},
    "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "60"},
    "ClearCache": {},
    "ClearChargingProfile": {},
    "DataTransfer": {"vendorId": "com.example"},
    "DeleteCertificate": {"certificateHashData": _HASH},
    "ExtendedTriggerMessage": {"requestedMessage": "Heartbeat"},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 60},
    "GetConfiguration": {},
    "GetDiagnostics": {"location": "https://example.com/"},
    "GetInstalledCertificateIds": {"certificateType": "CentralSystemRootCertificate"},
    "GetLocalListVersion": {},
    "GetLog": {
        "logType": "SecurityLog",
        "requestId": 1,
        "log": {"remoteLocation": "https://example.com/"},
    },
    "InstallCertificate": {
        "certificateType": "CentralSystemRootCertificate",
        "certificate": _CERTIFICATE,
    },
    "RemoteStartTransaction": {"idTag": "OURS-CARD"},
    "RemoteStopTransaction": {"transactionId": 1},
    "ReserveNow": {"connectorId": 1, "expiryDate": _AT, "idTag": "OURS-CARD", "reservationId": 1},
    "Reset": {"type": "Soft"},
    "SendLocalList": {"listVersion": 1, "updateType": "Full"},
    "SetChargingProfile": {"connectorId": 1, "csChargingProfiles": _PROFILE},
    "SignedUpdateFirmware": {
        "requestId": 1,
        "firmware": {
            "location": "https://example.com/",
            "retrieveDateTime": _AT,
            "signingCertificate": _CERTIFICATE,
            "signature": "AA",
        },
    },
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "UnlockConnector": {"connectorId": 1},
    "UpdateFirmware": {"location": "https://example.com/", "retrieveDate": _AT},
}
