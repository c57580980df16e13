"""Vouchers: campaigns and their codes, redeeming, and what sessions get of what was redeemed."""
