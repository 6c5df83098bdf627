### Subscribers: what they are answered in a chat, the letters they get, the pages by which they come
### and go. All of it is public.

## What somebody hears of

topic-all = everything

## Answers

subscribed = You will hear of updates about { $topics }. /unsubscribe ends it.
subscription-noted = Thank you, this is noted.
subscribe-nowhere = I cannot write to you here. Please look at the status page for updates.
subscribe-unknown = I do not know this server. Choose one from the list, or leave it out to hear of everything.
subscribe-full = I cannot take more subscriptions just now. Please look at the status page for updates.
subscription-confirmed = You will hear of updates about { $topics }. Each e-mail has a link that ends it.
subscription-link-old = This link is no longer good. Please ask for a new one.
unsubscribed = You will hear nothing more from us. You can subscribe again at any time.

## Letters

letter-leave =
    You get this because you asked us to tell you of updates. To hear nothing more:
    { $url }
letter-leave-command = You asked for these updates. /unsubscribe ends them.

# The first line is the subject.
letter-confirm =
    Updates from { $host }: please confirm
    Somebody, probably you, asked us to write to this address about { $topics }, whenever there is something new.

    To say yes, open this page and press the button:
    { $url }

    If it was not you, you need do nothing: we will not write again.
