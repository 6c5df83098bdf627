### What everybody may hear of a maintenance window.
###
### $title is what is done, in staff's words; $servers are public names; $from and $until are moments
### with their zone. The short forms are for destinations where the long ones do not fit.

maintenance-scheduled = Planned maintenance on { $servers }: { $title }. From { $from } to { $until }. Websites there may be slow or unavailable during this time.
maintenance-scheduled-short = Planned maintenance on { $servers }: { $from } to { $until }.
maintenance-moved = The maintenance on { $servers } has a new time: { $title }. Now from { $from } to { $until }. Websites there may be slow or unavailable during this time.
maintenance-moved-short = The maintenance on { $servers } has a new time: { $from } to { $until }.
maintenance-soon = Reminder of planned maintenance on { $servers }: { $title }. From { $from } to { $until }. Websites there may be slow or unavailable during this time.
maintenance-soon-short = Reminder: maintenance on { $servers }, { $from } to { $until }.
maintenance-started = The planned maintenance on { $servers } has begun: { $title }. Websites there may be slow or unavailable. It is planned to last until { $until }.
maintenance-started-short = The maintenance on { $servers } has begun. It is planned to last until { $until }.
maintenance-extended = The maintenance on { $servers } takes longer than planned: { $title }. Websites there may be slow or unavailable. Its end is now planned for { $until }. We are sorry for the longer wait.
maintenance-extended-short = The maintenance on { $servers } takes longer than planned. Its end is now planned for { $until }.
maintenance-delayed = The maintenance on { $servers } takes longer than planned: { $title }. Websites there may be slow or unavailable. We will tell you how it stands by { $until }. We are sorry for the longer wait.
maintenance-delayed-short = The maintenance on { $servers } takes longer than planned. We will tell you how it stands by { $until }.
maintenance-verifying = The maintenance on { $servers } is at its end: { $title }. We are checking that all websites there load normally.
maintenance-verifying-short = The maintenance on { $servers } is at its end. We are checking that everything works.
maintenance-completed = The maintenance on { $servers } is complete: { $title }. Websites there load normally again. If yours does not, please tell us.
maintenance-completed-short = The maintenance on { $servers } is complete. If your website still fails, please tell us.
maintenance-cancelled = The maintenance on { $servers } that was planned for { $from } is cancelled: { $title }.
maintenance-cancelled-short = The maintenance on { $servers } that was planned for { $from } is cancelled.

# The title of work that a provider announced.
maintenance-of-provider = { $kind ->
    [provider] Work on our provider's network
    [network] Work on our provider's network
    [datacenter] Work in our data centre
    [rack] Work in our data centre
    [hypervisor] Work on one of our host machines
    [database] Work on our database service
    [dns] Work on our name service
    [mail] Work on our mail service
   *[other] Work on a part of our service
}
