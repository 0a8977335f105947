"""Home Affairs runs a round: dates, duties, the board, reminders, what was not sent in time."""
