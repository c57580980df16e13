"""What drivers see: the page behind a sticker, payment, the running session, the receipt.

Nobody has to sign in. A sticker's code opens its EVSE, a visit's link opens that one visit; both are signed.
"""
