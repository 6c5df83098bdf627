### Ce que les clients lisent dans Discord : commandes, réponses, ce que le bot montre de lui-même.

## Commandes, telles que Discord les liste : 100 caractères au plus

chat-about-report = Signaler un problème avec votre site
chat-about-status = Où en sont les choses
chat-about-subscribe = Recevoir les nouvelles par message direct
chat-about-unsubscribe = Ne plus recevoir de nouvelles
chat-option-subscribe-server = Un serveur ; sans lui, vous saurez tout
chat-option-domain = Votre domaine, par exemple example.org
chat-option-what = Qu’est-ce qui ne va pas ?
chat-option-since = Depuis quand ?
chat-option-about = Un serveur ou votre domaine

## Réponses aux clients

chat-report-empty = Merci d’indiquer votre domaine et ce qui ne va pas. Rien n’a encore été envoyé.
chat-report-since =
    { $what }
    Depuis : { $since }
chat-report-no-words = (un message sans texte)
chat-report-again = Vous nous l’avez déjà envoyé : nous l’avons bien reçu.
chat-report-too-many = Nous avons vos signalements et notre équipe les voit. Inutile d’en envoyer d’autres pour le moment.
chat-report-noted = Merci, c’est noté comme signalement. Nous examinons la situation.
chat-which-domain = De quel domaine s’agit-il ? Merci de répondre avec son nom, par exemple example.org.
chat-busy = Je n’ai pas pu prendre cela à l’instant : rien n’a été conservé. Merci de réessayer dans une minute.
chat-status-server = { $server } { $standing }.
chat-standing = { $status ->
    [operational] fonctionne normalement
    [under_maintenance] est en maintenance
    [degraded_performance] est lent ou parfois indisponible
    [partial_outage] est le plus souvent indisponible
   *[major_outage] est en panne
}
chat-status-page = En savoir plus : { $url }
chat-fixed = Merci. Nous sommes heureux que cela fonctionne de nouveau pour vous.
chat-still-broken = Merci de nous l’avoir dit. Notre équipe sait maintenant que ce n’est pas résolu pour vous.
chat-answer-late = Discord n’a pas attendu plus longtemps, voici donc ma réponse :
chat-command-unknown = Je ne connais plus cette commande. Merci de recharger Discord.
chat-button-unknown = Ce bouton n’est pas un des miens, ou il est d’un ancien type. Les commandes font la même chose : voir /help.

## Présence : 128 caractères au plus

chat-presence = { $status ->
    [operational] { $incidents ->
        [0] Tout va bien
       *[other] Tous les serveurs fonctionnent, un incident est ouvert
    }
    [under_maintenance] Maintenance en cours
    [degraded_performance] Quelques problèmes ; voir /status
    [partial_outage] Panne partielle ; voir /status
   *[major_outage] Panne ; voir /status
}
