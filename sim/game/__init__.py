"""What the actors do to each other: who would win a war, and the crisis game of one month."""
