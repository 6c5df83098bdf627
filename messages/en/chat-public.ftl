### What customers read in Discord: commands, answers, what the bot shows about itself.

## Commands, as Discord lists them: at most 100 characters each

chat-about-report = Report a problem with your site
chat-about-status = How things stand
chat-about-subscribe = Hear of updates in direct messages
chat-about-unsubscribe = Hear of no more updates
chat-option-subscribe-server = A server; leave it out to hear of everything
chat-option-domain = Your domain, such as example.org
chat-option-what = What is wrong?
chat-option-since = Since when?
chat-option-about = A server, or your domain

## Answers to customers

chat-report-empty = Please name your domain and say what is wrong. Nothing was sent yet.
chat-report-since =
    { $what }
    Since: { $since }
chat-report-no-words = (a message without words)
chat-report-again = You sent us this already: we have it.
chat-report-too-many = We have your reports, and staff see them. You need not send more for now.
chat-report-noted = Thank you, this is noted as a report. We are looking into it.
chat-which-domain = Which domain is it about? Please answer with its name, such as example.org.
chat-busy = I could not take this just now: it was not kept. Please try again in a minute.
chat-status-server = { $server } { $standing }.
chat-standing = { $status ->
    [operational] works normally
    [under_maintenance] is under maintenance
    [degraded_performance] is slow or now and then unavailable
    [partial_outage] is mostly unavailable
   *[major_outage] is down
}
chat-status-page = More: { $url }
chat-fixed = Thank you. We are glad that it works again for you.
chat-still-broken = Thank you for telling us. Staff now know that it is still broken for you.
chat-answer-late = Discord gave up waiting, so here is my answer:
chat-command-unknown = I do not know this command any more. Please reload Discord.
chat-button-unknown = This button is not one of mine, or of an older kind. The commands do the same: see /help.

## Presence: at most 128 characters

chat-presence = { $status ->
    [operational] { $incidents ->
        [0] All is well
       *[other] All servers up, an incident is open
    }
    [under_maintenance] Maintenance in progress
    [degraded_performance] Some trouble; see /status
    [partial_outage] Partial outage; see /status
   *[major_outage] Outage; see /status
}
