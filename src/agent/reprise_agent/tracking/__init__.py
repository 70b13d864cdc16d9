"""What a cell read, wrote, opened, asked the clock and was warned of."""
