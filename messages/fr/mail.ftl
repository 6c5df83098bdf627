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
