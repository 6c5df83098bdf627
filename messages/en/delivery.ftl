### What staff are told of deliveries: receipts, retries, failures.
