### What the console says about reports.

console-report-usage = To report a problem, type: report DOMAIN what is wrong
console-report-taken = Report { $report } was taken.
console-report-again = This was reported before.
console-not-taken = Not taken: { $reason }
console-line-long = This line is longer than { $max } bytes and was not read.
console-line-garbled = This line is not UTF-8 text and was not read.
