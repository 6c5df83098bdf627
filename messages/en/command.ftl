### One line of help for each staff command, and the words around them.

command-incident-open = Opens an incident by hand and drafts its first update.
command-incident-update = Drafts an update in your words; with --publish it goes out at once, approved by you.
command-incident-resolve = Drafts the word that it is over, yours or the bot's; with --publish yours goes out at once.
command-incident-false-alarm = Ends an incident that was none. If the public was told of it, a correction is drafted.
command-incident-post-mortem = Drafts the word on what happened, for an incident that is over; with --publish it goes out at once.
command-incident-show = Shows an incident with its timeline.
command-incident-list = Lists the open incidents and the latest ended ones.
command-draft-show = Shows a draft's words and what they rest on.
command-draft-edit = Puts your words into a draft; with --language they are its translation into another language.
command-draft-publish = Approves a draft: it goes out. If the evidence changed since, you are shown what; --anyway publishes all the same.
command-draft-dismiss = Decides that a draft is not said.
command-draft-wait = Asks again later.
command-draft-list = Lists the drafts that wait for an answer.
command-reports-list = Lists the reports that wait for a server, and the latest others.
command-reports-assign = Says which server a report is about; it then counts as evidence.
command-reports-dismiss = Says that a report is none.
command-suspects = Shows what the evidence points at, and what else it could be.
command-tried = Keeps what you tried and what came of it ("rebooted s1: no change").
command-upstream-said = Keeps what a provider said, beside what we measure.
command-upstream-packet = Makes evidence to paste into a provider's ticket: servers, addresses, failures by the minute, since when, what is healthy, what was ruled out.
command-upstream-notices = Lists what providers announced.
command-upstream-window = Makes a window out of a provider's notice, or has its window be as the notice now says.
command-note = Keeps a remark in the timeline.
command-maintenance-schedule = Plans maintenance and shows the words that announce it. Nothing is public before you publish it. With --repeat it comes again.
command-maintenance-publish = Announces a window everywhere. From then on its reminders, beginning and end are told by themselves.
command-maintenance-words = Puts more public words into a window, beside its title and times.
command-maintenance-start = Begins a window now.
command-maintenance-extend = Puts a window’s end off, and tells followers.
command-maintenance-move = Puts a window to another time, and tells followers. With --following, those that follow it in its series as well.
command-maintenance-skip = Leaves days out of the series that a window belongs to.
command-maintenance-complete = Says that the work is over: probes check it. While they check: says that all is well.
command-maintenance-cancel = Gives a window up, and tells followers. With --following, its series is over.
command-maintenance-show = Shows a window with all that was said of it.
command-maintenance-list = Lists what maintenance is planned or under way.
command-deliveries = Shows posts that are not sent yet, may have arrived, or failed.
command-delete = Deletes a public post where it stands. The status page keeps the update.
command-retry = Tries again to send a post that did not arrive. If it may stand there already, it is looked up first, unless you say --not-there.
command-status = Says how things stand.
command-reload = Reads the configuration file again, as SIGHUP does; one with a problem is told and not taken.
command-help = Says what you can type, or how one command works.

## What a command's arguments are, where a chat asks for them one by one

command-option-incident = The incident's number
command-option-draft = The draft's number
command-option-report = The report's id
command-option-title = A title that the public reads
command-option-servers = The servers, with commas between
command-option-server = The server
command-option-impact = How much customers feel of it: minor, unless you say otherwise
command-option-text = The words that the public reads
command-option-state = What you now know
command-option-publish = Publish your words at once, approved by you
command-option-language = The language that your words translate the draft into
command-option-revision = The revision that you read
command-option-seen = How it stood when you decided, as a button writes it
command-option-anyway = Publish although the evidence changed
command-option-span = For how long: 15m, 1h30m
command-option-words = In your words
command-option-what = What you tried, and what came of it
command-option-component = The component, or whoever it was
command-option-window = The window's number
command-option-targets = Servers and components, with commas between
command-option-start = When: 2026-12-01 22:00, or 22:00, or now
command-option-notice = The notice's number
command-option-length = How long, if not as before, or not said: 2h
command-option-zone = The time zone, if not your own: America/New_York
command-option-repeat = On which days it comes again: FREQ=WEEKLY;BYDAY=TU
command-option-except = Days on which it does not, with commas between: 2026-12-29
command-option-days = The days, with commas between: 2026-12-29,2027-01-05
command-option-following = Those that follow it in its series as well
command-option-post = The post, as “deliveries” shows it
command-option-not-there = You looked: it does not stand there
command-option-long = Everything, also what does not fit one message
command-option-command = A command, or its first word

## Buttons: at most 80 characters each

button-publish = Publish
button-publish-anyway = Publish anyway
button-edit = Edit
button-publish-window = Announce
button-extend-window = 30 min more
button-end-quietly = End without a word
button-assign-report = Say which server
button-dismiss-report = Not a report
button-complete-window = It is done
button-follow-notice = Do as it says
button-wait = Wait 15 min
button-not-an-incident = Not an incident
button-really-none = Yes, it is none
# On an incident's card, with the destination it is sent to.
button-retry = Retry { $destination }

## Help

command-help-row =
    { $usage }
    {"    "}{ $about }
command-help-all =
    { $lines }

    Quotes around the last text may be left out. An incident that is not named is the open one.

## The docs page

command-docs-title = Staff commands
command-docs-intro = Generated from the program's own table and words (`tests/command.rs` keeps it in step). A higher role may do all that a lower one may: customer, staff, admin. The same line works in the console, in `bellwether ctl` and in a `command` input of the HTTP API. Quotes may be straight or curly, or left out around the last text; an option may stand anywhere after the command's name.
command-docs-command = Command
command-docs-role = From role
command-docs-about = What it does

## What is wrong with a line

command-problem-with-usage =
    { $problem }
    Usage: { $usage }
command-did-you-mean = { $problem } Did you mean “{ $near }”?
command-problem-empty = Nothing to do: type “help” to see the commands.
command-problem-too-long = That is too long: at most { $max } characters.
command-problem-control = There is a control character ({ $code }) in the line; please type it again.
command-problem-quote = The quote that { $quote } opens has no end.
command-problem-unknown = There is no command “{ $found }”.
command-problem-verb = “{ $noun }” needs a second word: { $commands }.
command-problem-missing = Missing: { $what }.
command-problem-value = --{ $option } needs a value.
command-problem-unreadable = { $what }: found “{ $found }”, expected { $expected }.
command-problem-unexpected = “{ $found }” is too much here; put quotes around a text of several words.
command-problem-option = There is no option “{ $found }” here.
command-problem-repeated = --{ $option } may stand only once.

command-expected-number = a number such as 3
command-expected-seen = how an incident stood, such as investigating.major.2.1
command-expected-span = a time such as 15m, 1h30m or 2d, at most 7d
command-expected-ids = server ids with commas between, such as s1,s2
command-expected-id = an id without spaces
command-expected-post = a post's id as “deliveries” shows it, such as 3f2a91bc04d1
command-expected-one-of = one of: { $words }
command-expected-targets = ids of servers or components with commas between, such as s1,sw-1
command-expected-moment = a time such as 2026-12-01T22:00, 2026-12-01T22:00-05:00, 22:00 or now
command-expected-rule = a rule of days such as FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY;BYDAY=1SU;COUNT=12
command-expected-rarer-rule = a rule that falls once a day at most: FREQ is DAILY, WEEKLY, MONTHLY or YEARLY, and the time of day is that of the beginning
command-expected-plain-rule = a rule of FREQ, INTERVAL, COUNT or UNTIL, BYMONTH, BYMONTHDAY, BYDAY, WKST, and BYSETPOS where it is monthly
command-expected-smaller-rule = a rule of at most 200 characters, with a COUNT up to 500 and an INTERVAL up to 1000
command-expected-days = days with commas between, such as 2026-12-29,2027-01-05
command-expected-zone = a time zone such as America/New_York
