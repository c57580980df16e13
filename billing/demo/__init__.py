"""The money of the demo: prices since before its history, who pays, who shares, and what is on paper already."""
