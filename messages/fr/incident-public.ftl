### Ce que tout le monde peut apprendre d'un incident : brouillons, accusés, suites données, état.

## Noms en public

servers-unnamed = { $count ->
    [one] l’un de nos serveurs
   *[other] certains de nos serveurs
}
servers-others = d’autres serveurs
servers-many = { $count } de nos serveurs

component-public = { $kind ->
    [provider] notre fournisseur de réseau
    [datacenter] notre centre de données
    [network] notre fournisseur de réseau
    [rack] notre centre de données
    [hypervisor] l’une de nos machines hôtes
    [database] notre service de bases de données
    [dns] notre service de noms
    [mail] notre service de messagerie
    [server] l’un de nos serveurs
   *[other] une partie de notre service
}

## Titres

title = { $impact ->
    [critical] Les sites web sur { $servers } ne se chargent pas
    [major] Les sites web sur { $servers } ne se chargent souvent pas
   *[other] Les sites web sur { $servers } sont lents ou ne se chargent pas toujours
}
title-reported = Signalements de problèmes avec des sites web sur { $servers }

title-foreign = { $title } [en { $language }]
language-name = { $language ->
    [de] allemand
    [en] anglais
    [es] espagnol
    [fr] français
   *[other] une autre langue
}

## Brouillons de communiqués

trouble = { $impact ->
    [critical] Les sites web sur { $servers } ne se chargent pas en ce moment.
    [major] Les sites web sur { $servers } ne se chargent souvent pas.
   *[other] Les sites web sur { $servers } sont lents et certaines visites échouent.
}

trouble-short = { $impact ->
    [critical] Les sites web sur { $servers } ne se chargent pas.
    [major] Les sites web sur { $servers } ne se chargent souvent pas.
   *[other] Les sites web sur { $servers } sont lents ou ne se chargent pas toujours.
}

draft-investigating = { $trouble } Début approximatif : { $since }. Nous en cherchons la cause.
draft-investigating-short = { $trouble } Nous en cherchons la cause.
draft-investigating-reported = Des clients nous signalent que les sites web sur { $servers } sont lents ou ne se chargent pas. Nous examinons la situation.
draft-investigating-reported-short = Des clients signalent des problèmes avec des sites web sur { $servers }. Nous examinons la situation.
draft-investigating-opened = { $title }. Nous examinons la situation.

draft-holding = { $trouble } Début approximatif : { $since }. Notre surveillance l’a détecté et a alerté notre équipe.
draft-holding-short = { $trouble } Notre surveillance a alerté notre équipe.

draft-identified = { $trouble } Nous avons trouvé la cause et nous y travaillons.
draft-identified-cause = { $trouble } Nous avons localisé la cause : { $cause }. Nous y travaillons.
draft-identified-cause-short = { $trouble } Cause : { $cause }. Nous y travaillons.
draft-identified-opened = { $title }. Nous avons trouvé la cause et nous y travaillons.

draft-update = { $trouble } Nous y travaillons toujours ; il n’y a encore rien de nouveau à signaler.
draft-update-short = { $trouble } Nous y travaillons toujours.
draft-update-reported = Des clients nous signalent que les sites web sur { $servers } sont lents ou ne se chargent pas. Nous examinons toujours la situation ; il n’y a encore rien de nouveau à signaler.
draft-update-reported-short = Des clients signalent des problèmes avec des sites web sur { $servers }. Nous examinons toujours la situation.
draft-update-opened = { $title }. Nous y travaillons toujours ; il n’y a encore rien de nouveau à signaler.
draft-watching = Les sites web sur { $servers } se chargent toujours normalement. Nous continuons à les surveiller jusqu’à en être sûrs.
draft-watching-opened = « { $title } » : la situation semble bonne et nous continuons à la surveiller jusqu’à en être sûrs.

draft-wider = { $trouble } Plus de serveurs sont touchés que nous ne l’avions annoncé. Nous y travaillons.
draft-wider-short = { $trouble } Plus de serveurs sont touchés qu’auparavant. Nous y travaillons.

draft-back = Le problème est revenu. { $trouble } Nous y travaillons.
draft-back-reported = Le problème est revenu : des clients nous signalent que les sites web sur { $servers } sont lents ou ne se chargent pas. Nous y travaillons.
draft-back-reported-short = Le problème est revenu : des clients le signalent pour des sites web sur { $servers }. Nous y travaillons.

draft-monitoring = Les sites web sur { $servers } se chargent de nouveau normalement. Nous continuons à les surveiller jusqu’à en être sûrs.
draft-monitoring-opened = « { $title } » : tout fonctionne de nouveau normalement. Nous continuons à surveiller jusqu’à en être sûrs.

draft-resolved = C’est terminé : les sites web sur { $servers } sont entièrement rétablis. Début approximatif : { $since } ; fin approximative : { $until }. Si votre site ne fonctionne toujours pas, merci de nous le signaler.
draft-resolved-short = C’est terminé : les sites web sur { $servers } sont entièrement rétablis. Si le vôtre ne l’est pas, merci de nous le signaler.
draft-resolved-opened = « { $title } » : c’est terminé et tout est entièrement rétabli. Si quelque chose ne fonctionne toujours pas, merci de nous le signaler.

draft-false-alarm = Nous avions annoncé des problèmes avec des sites web sur { $servers }. C’était une fausse alerte : ils ont toujours fonctionné normalement. Veuillez nous excuser.
draft-false-alarm-short = Les problèmes annoncés avec des sites web sur { $servers } étaient une fausse alerte. Veuillez nous excuser.
draft-false-alarm-opened = Nous avions annoncé : « { $title } ». C’était une fausse alerte : tout a toujours fonctionné normalement. Veuillez nous excuser.

# Afterwards, of an incident that is over; $link is where staff wrote it down.
draft-post-mortem = Ce qui s’est passé, pourquoi, et ce que nous changeons : { $link }

promise = Prochain point au plus tard : { $time }.

## Les mots d'une personne, pour qui lit une autre langue

own-words =
    { $state }
    Notre équipe écrit, en { $language } : « { $words } »
own-words-state = { $kind ->
    [identified] Nous avons trouvé la cause du problème et nous y travaillons.
    [update] Nous travaillons toujours sur le problème.
    [monitoring] La situation semble de nouveau bonne et nous la surveillons.
    [resolved] Le problème est résolu.
    [post_mortem] Nous avons analysé ce qui s’est passé.
    [false_alarm] C’était une fausse alerte.
   *[other] Nous examinons un problème qui a été constaté.
}

## Les personnes qui signalent

acknowledgement = Merci, votre signalement est bien parvenu à notre équipe. { $known }
acknowledgement-known = Ce que nous savons : { $incidents }.
acknowledgement-unknown = Nous examinons la situation.
acknowledgement-incident = { $title } ({ $state })
acknowledgement-people = { $people ->
    [one] Vous êtes la première personne à signaler un problème sur { $server } ces dernières heures.
   *[other] { $people } personnes ont signalé un problème sur { $server } ces dernières heures.
}
acknowledgement-server = votre serveur

follow-up-identified =
    Vous nous avez signalé un problème. { $text }
    Nous vous écrirons de nouveau quand ce sera terminé.
follow-up-resolved =
    Vous nous avez signalé un problème. { $text }
    Est-ce résolu pour vous ?

state = { $state ->
    [investigating] nous en cherchons la cause
    [identified] nous connaissons la cause et nous y travaillons
    [monitoring] la situation semble de nouveau bonne et nous la surveillons
    [resolved] c’est terminé
   *[false_alarm] c’était une fausse alerte
}

button-fixed = Résolu pour moi
button-still-broken = Toujours en panne

## L'état, quand un client le demande

answer-staff-only = Cela est réservé à notre équipe. « status » dit où en sont les choses.
answer-next = Prochain point au plus tard : { $time }.
answer-status-well = Aucun problème n’est annoncé en ce moment.
answer-status-incident =
    { $title } : { $state }.
    { $text }
