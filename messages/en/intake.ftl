### What customers read on the web report form, and what the console says about reports.

form-title = Report a problem · { $host }
form-heading = Report a problem
form-intro = Is your site slow, broken or gone? Tell us here. A person at { $host } reads every report.
form-status-link = See the current status
form-domain-label = Your domain
form-domain-hint = For example example.org
form-what-label = What is wrong?
form-what-hint = What you see, and since when
form-email-label = Your e-mail address (optional)
form-email-hint = Only so that staff can ask you about this report. It is never shown in public.
form-trap-label = Leave this empty
form-send = Send the report
form-errors = The report was not sent yet. Please look at the marked fields:
form-domain-missing = Please name the domain that has the problem.
form-domain-wrong = This does not look like a domain. Write it as in example.org.
form-what-missing = Please tell us what is wrong.
form-what-long = Please keep it under { $max } characters.
form-email-wrong = This does not look like an e-mail address. You may leave it empty.
form-expired = The form had been open for too long, or your browser keeps no cookies. Nothing was sent yet: please press the button once more.
form-thanks-title = Thank you
form-thanks = Thank you. Your report was handed to our staff, and we'll look into it.
form-thanks-next = We can't promise an answer to each report. What we know about current problems is on the status page.
form-limit-title = Too many reports
form-limit = We have received very many reports in the last hour, from you or from everybody, and this one was not taken. We are probably looking at the problem already: the status page says what we know.
form-busy-title = Not now
form-busy = We could not take your report just now; it was not kept. Please try again in a few minutes, or reach us another way.
form-broken-title = That did not work
form-broken = We could not read what your browser sent. Please go back to the form and try again.
form-back = Back to the form

console-report-usage = To report a problem, type: report DOMAIN what is wrong
console-report-taken = Report { $report } was taken.
console-report-again = This was reported before.
console-not-taken = Not taken: { $reason }
console-line-long = This line is longer than { $max } bytes and was not read.
console-line-garbled = This line is not UTF-8 text and was not read.
