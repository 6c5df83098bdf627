### What staff are told of deliveries: receipts, retries, failures.

## The answer to `deliveries`

delivery-none = ✅ Nothing waits and nothing failed.
delivery-due = ⏳ { $destination }: { $subject }, waiting for { $age }
delivery-retry = ⏳ { $destination }: { $subject }, waiting for { $age } after { $attempt } { $attempt ->
    [one] attempt
   *[other] attempts
} ({ $reason })
delivery-sending = ⏳ { $destination }: { $subject }, being sent
delivery-unknown = ❓ { $destination }: { $subject } may have arrived; looking it up ({ $reason })
delivery-unresolved = ⚠️ { $destination }: { $subject } may have been posted { $age } ago; please look ({ $reason }); then: retry { $post }
delivery-superseded = ⏭️ { $count ->
    [one] 1 update was overtaken by a newer one before it was sent.
   *[other] { $count } updates were overtaken by newer ones before they were sent.
}
delivery-failed = ⚠️ { $destination }: { $subject } failed { $age } ago: { $reason }; retry { $post }
delivery-forgotten = { $post } came to its end so long ago that its words are no longer kept: it cannot be sent again.
delivery-more = … and { $count } more

## `bellwether bounce`

bounce-taken = Nobody is there any more: this reader is written to no more, until they ask again.
bounce-may-pass = Nothing to do: it may yet arrive, or failed for a reason that may pass.
bounce-not-ours = Nothing to do: it brings back no letter to a subscriber of ours.
bounce-no-report = Nothing to do: it is no report on a delivery.
