"""The DATEV format of a batch of bookings: EXTF 700, category 21. Pure: lines in, text out."""
