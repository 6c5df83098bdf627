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

## The pages

subscribe-title = Updates by e-mail · { $host }
subscribe-heading = Updates by e-mail
subscribe-intro = We write to you when something is wrong with our service, when there is something new, and when it is over.
form-email-short = Your e-mail address
subscribe-email-hint = We send one letter there first: only who can read it can say yes.
subscribe-email-wrong = This does not look like an e-mail address.
subscribe-topic-label = What do you want to hear of?
subscribe-topic-all = Everything
subscribe-topic-wrong = This can no longer be chosen. Please choose again.
subscribe-send = Send me the letter
subscribe-errors = Nothing was sent yet. Please look at the marked fields.
subscribe-expired = The form had been open for too long, or your browser keeps no cookies. Nothing was sent yet: please press the button once more.
subscribe-asked-title = Please look at your mail
subscribe-asked = If this address does not get these updates already, a letter is on its way to it. Please open the link in it and press the button there.
subscribe-asked-next = No letter? Look among the unwanted mail, and check the address. We send few letters to one address in a day.
subscribe-limit-title = Too many wishes
subscribe-limit = We have received very many of these in the last hour, from you or from everybody, and this one was not taken. Please try again later.
subscribe-busy = We could not take this just now; it was not kept. Please try again in a few minutes.
confirm-heading = Updates by e-mail
confirm-intro = Press the button to get updates of { $host } at the address that our letter went to.
confirm-button = Yes, write to me
confirm-done-title = Done
leave-heading = No more updates
leave-intro = Press the button, and { $host } writes no more updates to the address that our letter went to.
leave-button = Write to me no more
leave-done-title = Done
leave-unknown = This link is not known, or it was used already: then we will not write to you again.
link-unknown-title = This link is not good
