"""From charged sessions to issued documents: who issues, what is due, lines with their tax, documents, corrections."""
