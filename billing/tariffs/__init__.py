"""Tariffs as people read and write them: a plain form of the OCPI document, prices in words, examples, differences."""
