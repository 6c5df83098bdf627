### What asking a destination whether it can be used comes to: `bellwether check --destinations`, and
### what staff are told when the bot starts.

destination-check-good = { $destination }: posts go to { $account }
destination-check-unasked = { $destination }: nothing to ask
destination-check-limit = , at most { $count } { $unit ->
    [bytes] bytes
    [graphemes] signs
    [weighted] signs as X counts
   *[characters] characters
}
destination-check-refused = { $destination }: refused ({ $reason }). Are its account and its secret still right?
destination-check-silent = { $destination }: no answer ({ $reason }). Is its address right, and is it up?
destination-check-none = There are no destinations.
destination-check-well = { $count ->
    [one] One destination was asked and can be used.
   *[other] { $count } destinations were asked and can be used.
}
destination-check-amiss = { $count ->
    [one] One destination cannot be used as it is.
   *[other] { $count } destinations cannot be used as they are.
}
destination-trouble = Posts may not arrive: { $finding } The bot runs on; it keeps what should go there and tries.
