"""Electronic invoices by EN 16931: one semantic model, written as UBL 2.1 and as CII (Factur-X). Pure."""
