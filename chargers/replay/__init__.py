"""Playing the message log again into an empty database: what comes out must be what is in the books.

`player` takes messages in, one at a time and without a socket, `books` carries over what no station ever told
(organisations, stations, ID tags), `comparison` says what differs. `manage.py replay` puts them together.
"""
