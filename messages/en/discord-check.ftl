### What `bellwether check --discord` says of the server it is to live in.

discord-none = The file has no [discord] section: there is nothing to check.
discord-token-good = The token is that of the bot { $name }.
discord-token-wrong = Discord does not know this token. In the developer portal open the application, then “Bot”, press “Reset Token”, and put the new token where token_env or token_file says.
discord-asks-to-wait = Discord asks to be left alone for a while. Run the check again in a few minutes.
discord-unreachable = Discord at { $api } cannot be asked: { $reason }. Look at the network between here and there, and at `api`.

discord-intent-good = The bot may read messages (“Message Content Intent”).
discord-intent-missing = message_content is true, but the bot may not read messages. In the developer portal open the application, then “Bot”, and switch on “Message Content Intent”; or set message_content to false.
discord-support-unread = There are support_channels, but message_content is false: what people write there is not read as a report.
discord-endpoint-set = The application has an “Interactions Endpoint URL”, so that commands and buttons never reach the bot. In the developer portal open the application, then “General Information”, and empty that field.

discord-guild-good = The bot is in the server “{ $name }”.
discord-guild-missing =
    The bot is not in the server { $guild }, or `guild` is not that server's id. Somebody who may manage the server adds it with
    { $invite }

discord-channel-good = { $use }: #{ $channel } is there, with every permission it needs.
discord-channel-missing = { $use }: the server has no channel { $id } that the bot knows of. It was deleted, or the id is that of something else: copy the channel's id again.
discord-channel-not-text = { $use }: #{ $channel } is no channel for text. Name one that is.
discord-channel-not-announcement = { $use }: #{ $channel } is no announcement channel, so nothing there can be passed on. Make it one (“Edit Channel”, “Announcement Channel”), or leave `crosspost` out.
discord-permissions-missing = { $use }: in #{ $channel } the bot lacks { $permissions }. Open “Edit Channel”, “Permissions”, add the role of { $bot }, and allow these.
discord-permission = { $permission ->
    [view] “View Channel”
    [send] “Send Messages”
    [embed] “Embed Links”
    [attach] “Attach Files”
    [history] “Read Message History”
    [threads] “Create Public Threads”
   *[send-threads] “Send Messages in Threads”
}
discord-staff-unheard = No destination of kind "discord" has the audience "staff": drafts, and the buttons under them, are shown nowhere in Discord.

discord-role-good = { $use }: the role “{ $role }” is there.
discord-role-missing = { $use }: the server has no role { $id }. It was deleted, or the id is that of something else: copy the role's id again.
discord-role-silent = { $use }: the role “{ $role }” would be named but not pinged. Allow anyone to mention it (“Edit Role”, “Allow anyone to @mention this role”), or give the bot “Mention @everyone, @here, and All Roles”.
discord-roles-none = There are neither staff_roles nor admin_roles: nobody may approve anything in Discord. Name the roles of those who may.

discord-events-missing = the bot may not “Create Events”, so announced maintenance is not shown among the server’s events. Open “Server Settings”, “Roles”, the role of { $bot }, and allow it; or set `events` to false.
discord-commands-hidden = staff's commands are hidden from the role “{ $role }”, because it may not “Manage Messages”. Open “Server Settings”, “Integrations”, { $bot }, and add the role there; or allow it to manage messages. Buttons and forms work in any case.
discord-staff-open = Everybody on the server reads #{ $channel }, where drafts, names of servers and customers' words are shown. Open “Edit Channel”, “Permissions”, deny “View Channel” to @everyone, and allow it to staff's roles and the bot.

discord-check-well = { $count ->
    [one] One thing was looked at and is as it must be.
   *[other] { $count } things were looked at and are as they must be.
}
discord-check-amiss = { $count ->
    [one] One thing is not as it must be.
   *[other] { $count } things are not as they must be.
}
