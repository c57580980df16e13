"""Whatever a charger does with its messages, the books show what physically happened."""
