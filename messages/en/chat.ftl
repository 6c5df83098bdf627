### What staff read in Discord: commands, answers, buttons, and what is amiss there.

## Commands, as Discord lists them: at most 100 characters each

chat-group-draft = What the bot would say: read, change, approve, put off
chat-group-incident = Open, tell of, end and show incidents
chat-group-maintenance = What maintenance is planned, and how it goes
chat-group-reports = What customers reported
chat-group-upstream = What a provider said
# The two commands in a message's menu: at most 32 characters each.
chat-menu-file-report = File as outage report
chat-menu-add-to-timeline = Add to timeline

## The form

# At most 45 characters.
chat-form-title = Draft { $draft }, revision { $revision }
chat-form-label = What the public will read
chat-form-report = Which server is this report about?
chat-form-report-label = The server’s id

## Answers to staff

chat-not-allowed = That is for { $needed }, and you have no role here that makes you that. An admin of the bot can add one of your roles to staff_roles.
chat-only-in-guild = That is for { $needed }, whom I know by their roles: please do it in our server.
chat-nobody-is-staff = Nobody can do that yet: staff_roles and admin_roles in the bot’s configuration are empty.
chat-done-already = This was done already.
chat-draft-words =
    Draft { $draft } is now revision { $revision }:
    “{ $text }”
chat-draft-stale =
    Draft { $draft } was not published: since it was written, { $changed }
    It says:
    “{ $text }”
chat-no-incident-ask = Really no incident? { $updates ->
    [0] Incident { $incident }, “{ $title }”, then ends as a false alarm. Nothing was published, so nothing is said.
    [one] One update was published of incident { $incident }, “{ $title }”: a correction is drafted, and ends it when you publish that.
   *[other] { $updates } updates were published of incident { $incident }, “{ $title }”: a correction is drafted, and ends it when you publish that.
}
chat-no-incident-changed = Since this was shown, { $changes }.
chat-changed-state = { $state ->
    [investigating] the cause is looked for again
    [identified] the cause was found
   *[monitoring] it looks well again and is watched
}
chat-changed-impact = the impact became { $after } (before: { $before })
chat-changed-servers = it came to be about { $after ->
    [one] 1 server
   *[other] { $after } servers
} (before: { $before })
chat-changed-updates = { $count ->
    [one] one update was published
   *[other] { $count } updates were published
}
chat-edit-refused =
    { $refusal }

    Your words, which were not put in:
    { $text }
chat-form-late = I was too busy to open the form in time. Please press once more.
chat-filed = Filed { $reports } about { $domains }.
chat-filed-before = This was filed before, as { $reports }.
chat-filed-nowhere = Filed { $reports }. It names no domain of ours: “reports assign” says which server it is about.
chat-file-bot = A program wrote this. Reports are what people say.
chat-note-message = See a customer’s message in “{ $channel }”, { $time }.
chat-note-message-somewhere = See a customer’s message of { $time }.

## What the timeline and reports say of an answer

chat-fixed-note = A reporter says that it is fixed for them.
chat-still-broken-text = Still broken for me (the answer to our word about incident { $incident }).

## What is amiss in Discord, for staff

chat-trouble-unreachable = Discord cannot be reached ({ $reason }). Commands and buttons there do not work until it can; I keep trying. Everything else goes on.
chat-trouble-lost = The connection to Discord has been gone for some minutes. Commands and buttons there do not work until it is back; I keep trying. Everything else goes on.
chat-trouble-token = Discord refuses the bot’s token. Make a new one on the application’s page “Bot”, put it where [discord] token_file or token_env says, and restart the bot.
chat-trouble-content = Discord does not let me read messages. Switch “Message Content Intent” on, on the application’s page “Bot”, or set message_content = false. Until then messages in support channels are no reports; commands work.
chat-trouble-not-in-guild = I am no member of the server that [discord] guild names. Invite the bot with the scopes “bot” and “applications.commands”, or correct the id.
chat-trouble-kicked = I was removed from our Discord server. Invite the bot again with the scopes “bot” and “applications.commands”. Until then nothing of mine appears there.
chat-trouble-commands = Discord does not take my commands ({ $reason }). Invite the bot again with the scope “applications.commands”.
chat-trouble-events = I may not show maintenance as events of our Discord server. Please give the bot’s role there “Create Events”, or set events = false in [discord].
chat-trouble-no-roles = Nobody in Discord may approve anything: staff_roles and admin_roles in [discord] are empty.
chat-trouble-role = There is no role { $role } in our Discord server: it was deleted, or staff_roles or admin_roles in [discord] has a wrong id. Nobody is staff by it.
chat-trouble-channel = There is no channel { $channel } in our Discord server that I know: it was deleted, or [discord] has a wrong id.
chat-trouble-permissions = In #{ $channel } I may not do all I must. Please give the bot’s role there: { $permissions }.
chat-trouble-raid = Many new accounts in Discord report at once. From now on their reports are shown but count as no evidence, until there are fewer. “reports list” shows them.
# Discord's own words for permissions.
chat-permission-view = View Channel
chat-permission-send = Send Messages
chat-permission-embed = Embed Links
chat-permission-attach = Attach Files
chat-permission-history = Read Message History
chat-permission-threads = Create Public Threads
chat-permission-send-threads = Send Messages in Threads
