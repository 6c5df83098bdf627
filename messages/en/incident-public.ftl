### What everybody may hear of an incident: drafts, acknowledgements, word to reporters, its status.
###
### Customer impact first, plain, no guess, no promise but the time of the next word.

## Names in public

# One server without a public name, or several, are never named.
servers-unnamed = { $count ->
    [one] one of our servers
   *[other] some of our servers
}
servers-others = other servers
servers-many = { $count } of our servers

component-public = { $kind ->
    [provider] our network provider
    [datacenter] our data centre
    [network] our network provider
    [rack] our data centre
    [hypervisor] one of our host machines
    [database] our database service
    [dns] our name service
    [mail] our mail service
    [server] one of our servers
   *[other] a part of our service
}

## Titles

title = { $impact ->
    [critical] Websites on { $servers } do not load
    [major] Websites on { $servers } often do not load
   *[other] Websites on { $servers } are slow or do not always load
}
title-reported = Reports of trouble with websites on { $servers }

# A title that a person wrote, for readers of another language; $language is the one it is in.
title-foreign = { $title } [in { $language }]
language-name = { $language ->
    [de] German
    [en] English
    [es] Spanish
    [fr] French
   *[other] another language
}

## Drafts of public updates

trouble = { $impact ->
    [critical] Websites on { $servers } do not load at the moment.
    [major] Websites on { $servers } often do not load.
   *[other] Websites on { $servers } are slow, and some visits fail.
}

# A draft's short form is said where the long one does not fit. A draft without a “-short” of its own
# is said with fewer names and with this in place of “trouble”.
trouble-short = { $impact ->
    [critical] Websites on { $servers } do not load.
    [major] Websites on { $servers } often do not load.
   *[other] Websites on { $servers } are slow or fail at times.
}

draft-investigating = { $trouble } It began at about { $since }. We are looking for the cause.
draft-investigating-short = { $trouble } We are looking for the cause.
draft-investigating-reported = Customers tell us that websites on { $servers } are slow or do not load. We are looking into it.
draft-investigating-reported-short = Customers report trouble with websites on { $servers }. We are looking into it.
draft-investigating-opened = { $title }. We are looking into it.

draft-holding = { $trouble } It began at about { $since }. Our monitoring noticed it and has alerted our staff.
draft-holding-short = { $trouble } Our monitoring has alerted our staff.

draft-identified = { $trouble } We have found the cause and are working on it.
draft-identified-cause = { $trouble } We have traced it to { $cause } and are working on it.
draft-identified-cause-short = { $trouble } We have traced it to { $cause }.
draft-identified-opened = { $title }. We have found the cause and are working on it.

draft-update = { $trouble } We are still working on it; there is nothing new to tell yet.
draft-update-short = { $trouble } We are still working on it.
draft-update-reported = Customers tell us that websites on { $servers } are slow or do not load. We are still looking into it; there is nothing new to tell yet.
draft-update-reported-short = Customers report trouble with websites on { $servers }. We are still looking into it.
draft-update-opened = { $title }. We are still working on it; there is nothing new to tell yet.
draft-watching = Websites on { $servers } still load normally. We go on watching until we are sure.
draft-watching-opened = “{ $title }”: this looks well, and we go on watching until we are sure.

draft-wider = { $trouble } More servers are affected than we told before. We are working on it.
draft-wider-short = { $trouble } More servers are affected than before. We are working on it.

draft-back = The trouble has come back. { $trouble } We are working on it.
draft-back-reported = The trouble has come back: customers tell us that websites on { $servers } are slow or do not load. We are working on it.
draft-back-reported-short = The trouble has come back: customers report it with websites on { $servers }. We are working on it.

draft-monitoring = Websites on { $servers } load normally again. We go on watching until we are sure.
draft-monitoring-opened = “{ $title }”: this works normally again. We go on watching until we are sure.

draft-resolved = It is over: websites on { $servers } have fully recovered. The trouble lasted from about { $since } to about { $until }. If your site still fails, please tell us.
draft-resolved-short = It is over: websites on { $servers } have fully recovered. If your site still fails, please tell us.
draft-resolved-opened = “{ $title }”: this is over, and everything has fully recovered. If something still fails, please tell us.

draft-false-alarm = We told you of trouble with websites on { $servers }. That was a false alarm: they worked normally all the time. Sorry.
draft-false-alarm-short = The trouble with websites on { $servers } that we told you of was a false alarm. Sorry.
draft-false-alarm-opened = We told you: “{ $title }”. That was a false alarm: everything worked normally all the time. Sorry.

# Afterwards, of an incident that is over; $link is where staff wrote it down.
draft-post-mortem = What happened, why, and what we change: { $link }

promise = Next update by { $time }.

## A person's own words, for readers of another language

# $state is one of the sentences below; $language the language that the words are in.
own-words =
    { $state }
    Our staff write, in { $language }: “{ $words }”
own-words-state = { $kind ->
    [identified] We have found the cause of the trouble and are working on it.
    [update] We are still working on the trouble.
    [monitoring] It looks well again, and we are watching it.
    [resolved] The trouble is over.
    [post_mortem] We have looked into what happened.
    [false_alarm] It was a false alarm.
   *[other] We are looking into trouble that was noticed.
}

## Reporters

acknowledgement = Thank you, your report has reached our staff. { $known }
acknowledgement-known = What we know: { $incidents }.
acknowledgement-unknown = We are looking into it.
acknowledgement-incident = { $title } ({ $state })
acknowledgement-people = { $people ->
    [one] You are the first to report { $server } in the last hours.
   *[other] { $people } people have reported { $server } in the last hours.
}
acknowledgement-server = your server

follow-up-identified =
    You reported a problem to us. { $text }
    We will write to you again when it is over.
follow-up-resolved =
    You reported a problem to us. { $text }
    Is it fixed for you?

state = { $state ->
    [investigating] we are looking for the cause
    [identified] we know the cause and are working on it
    [monitoring] it looks well again and we are watching it
    [resolved] it is over
   *[false_alarm] it was a false alarm
}

button-fixed = Fixed for me
button-still-broken = Still broken

## The status, when a customer asks

answer-staff-only = That is for staff. “status” says how things stand.
answer-next = Next update promised by { $time }.
answer-status-well = No trouble is announced at the moment.
answer-status-incident =
    { $title }: { $state }.
    { $text }
