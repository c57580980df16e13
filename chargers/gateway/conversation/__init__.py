"""One connected station: its calls answered, ours sent, its habits noticed."""
