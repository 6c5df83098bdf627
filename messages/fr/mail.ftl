### Qui s'abonne aux nouvelles : réponses dans le chat, lettres, pages pour venir et partir.

## De quoi quelqu'un est informé

topic-all = tout

## Réponses

subscribed = Vous recevrez nos nouvelles. Sujet : { $topics }. /unsubscribe y met fin.
subscription-noted = Merci, c’est noté.
subscribe-nowhere = Je ne peux pas vous écrire ici. Les nouvelles se trouvent sur la page d’état.
subscribe-unknown = Je ne connais pas ce serveur. Choisissez-en un dans la liste, ou n’en indiquez aucun pour tout savoir.
subscribe-full = Je ne peux pas prendre d’autres abonnements pour le moment. Les nouvelles se trouvent sur la page d’état.
subscription-confirmed = Vous recevrez nos nouvelles. Sujet : { $topics }. Chaque e-mail contient un lien pour y mettre fin.
subscription-link-old = Ce lien n’est plus valable. Merci d’en demander un nouveau.
unsubscribed = Vous n’entendrez plus parler de nous. Vous pouvez vous réabonner à tout moment.

## Lettres

letter-leave =
    Vous recevez ce message parce que vous nous avez demandé des nouvelles. Pour ne plus rien recevoir :
    { $url }
letter-leave-command = Vous avez demandé ces nouvelles. /unsubscribe y met fin.

letter-confirm =
    Nouvelles de { $host } : merci de confirmer
    Quelqu’un, sans doute vous, nous a demandé d’écrire à cette adresse quand il y a du nouveau. Sujet : { $topics }.

    Pour accepter, ouvrez cette page et appuyez sur le bouton :
    { $url }

    Si ce n’était pas vous, vous n’avez rien à faire : nous n’écrirons plus.

## Les pages

subscribe-title = Nouvelles par e-mail · { $host }
subscribe-heading = Nouvelles par e-mail
subscribe-intro = Nous vous écrivons quand quelque chose ne va pas dans notre service, quand il y a du nouveau et quand c’est terminé.
form-email-short = Votre adresse e-mail
subscribe-email-hint = Nous y envoyons d’abord une lettre : seul qui peut la lire peut accepter.
subscribe-email-wrong = Cela ne ressemble pas à une adresse e-mail.
subscribe-topic-label = De quoi voulez-vous être informé ?
subscribe-topic-all = Tout
subscribe-topic-wrong = Ce choix n’est plus possible. Merci de choisir à nouveau.
subscribe-send = Envoyez-moi la lettre
subscribe-errors = Rien n’a encore été envoyé. Merci de regarder les champs marqués.
subscribe-expired = Le formulaire est resté ouvert trop longtemps, ou votre navigateur ne garde pas de cookies. Rien n’a encore été envoyé : merci d’appuyer encore une fois sur le bouton.
subscribe-asked-title = Merci de regarder votre courrier
subscribe-asked = Si cette adresse ne reçoit pas déjà les nouvelles, une lettre est en route. Merci d’ouvrir le lien qu’elle contient et d’y appuyer sur le bouton.
subscribe-asked-next = Pas de lettre ? Regardez parmi les indésirables et vérifiez l’adresse. Nous n’envoyons que peu de lettres par jour à une même adresse.
subscribe-limit-title = Trop de demandes
subscribe-limit = Nous en avons reçu énormément dans la dernière heure, de vous ou de tous, et celle-ci n’a pas été prise. Merci de réessayer plus tard.
subscribe-busy = Nous n’avons pas pu prendre votre demande ; elle n’a pas été gardée. Merci de réessayer dans quelques minutes.
confirm-heading = Nouvelles par e-mail
confirm-intro = Appuyez sur le bouton pour recevoir les nouvelles de { $host } à l’adresse où est allée notre lettre.
confirm-button = Oui, écrivez-moi
confirm-done-title = C’est fait
leave-heading = Plus de nouvelles
leave-intro = Appuyez sur le bouton, et { $host } n’écrira plus de nouvelles à l’adresse où est allée notre lettre.
leave-button = Ne m’écrivez plus
leave-done-title = C’est fait
leave-unknown = Ce lien n’est pas connu, ou il a déjà servi : alors nous ne vous écrirons plus.
link-unknown-title = Ce lien n’est pas valable
