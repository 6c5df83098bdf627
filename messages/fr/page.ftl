### La page d'état.

## Toutes les pages

page-title = État de { $name }
page-skip = Aller au contenu
page-home = État actuel
page-history-link = Incidents passés
page-report-link = Signaler un problème
page-subscribe-link = Recevoir les annonces par e-mail
page-as-of = État à : { $time }. Cette page se met à jour seule chaque minute.
page-as-of-still = État à : { $time }.
page-times-in = Toutes les heures sont celles de { $zone }.
page-old = Cette page n’est peut-être plus à jour. Elle montre l’état à : { $time } ; rien de plus récent ne lui est parvenu depuis.
page-footer = Votre site a un problème que vous ne voyez pas ici ?

## Mots d'état

page-status-operational = Opérationnel
page-status-under-maintenance = En maintenance
page-status-degraded-performance = Lent ou peu fiable
page-status-partial-outage = Panne partielle
page-status-major-outage = Panne majeure

page-overall-operational = Tous les systèmes fonctionnent
page-overall-watching = Tout fonctionne, sous surveillance étroite
page-overall-under-maintenance = Une maintenance planifiée est en cours
page-overall-degraded-performance = Certains sites sont lents ou peu fiables
page-overall-partial-outage = Certains sites sont indisponibles
page-overall-major-outage = Des sites sont en panne

page-state-investigating = Recherche de la cause
page-state-identified = Cause trouvée
page-state-monitoring = Rétabli, sous surveillance
page-state-resolved = Résolu
page-state-false-alarm = Fausse alerte

page-kind-investigating = Recherche de la cause
page-kind-holding = Recherche de la cause
page-kind-identified = Cause trouvée
page-kind-update = Point de situation
page-kind-monitoring = Rétabli, sous surveillance
page-kind-resolved = Résolu
page-kind-false-alarm = Rectification
page-kind-post-mortem = Après coup : ce qui s’est passé

## Incidents

page-open-heading = En ce moment
page-affects = Touche : { $servers }
page-affects-others = Touche certains de nos serveurs
page-other-servers = d’autres serveurs
page-started = Début : { $time }
page-ended = Début : { $start } ; fin : { $end } ({ $span })
page-ended-still = Début : { $start }
page-next-update = Prochain point au plus tard : { $time }
page-next-update-late = Un point était prévu pour : { $time }. Nous sommes en retard.
page-updates-heading = Points de situation, le plus récent d’abord
page-all-updates = Tous les points
page-resolved-heading = Résolu récemment
page-resolved-none = { $days ->
    [one] Aucun incident ce dernier jour.
   *[other] Aucun incident ces { $days } derniers jours.
}

page-history-title = Incidents passés
page-history-intro = { $days ->
    [one] Le dernier jour.
   *[other] Les { $days } derniers jours.
}

## Serveurs

page-servers-heading = Serveurs
page-server-hosting = Hébergement web
page-server-others = Autres serveurs
page-servers-working = { $count ->
    [one] { $count } serveur fonctionne normalement
   *[other] { $count } serveurs fonctionnent normalement
}
page-strip = Les 24 dernières heures : { $story }
page-strip-all = { $status } tout le temps
page-strip-part = { $status } de { $start } à { $end }
page-strip-now = { $status } depuis { $start }
page-strip-else = sinon { $status }
page-strip-start = il y a 24 heures
page-strip-end = maintenant

## Quand il n'y a rien à montrer

page-missing-title = Cette page n’existe pas
page-missing-text = L’adresse est peut-être mal saisie, ou l’incident est si ancien qu’il n’est plus listé.

page-maintenance-link = Maintenance
page-maintenance-title = Maintenance
page-maintenance-heading = Travaux prévus
page-maintenance-intro = Ce qui est prévu, ce qui est en cours et ce qui a été fait récemment.
page-maintenance-calendar = Au format calendrier
page-maintenance-none = Aucune maintenance n’est prévue.
page-maintenance-over = Terminé
page-maintenance-when = { $start } – { $end }
page-window-scheduled = Prévue
page-window-in-progress = En cours
page-window-verifying = En vérification
page-window-completed = Terminée
page-window-cancelled = Annulée
page-news-scheduled = Annoncée
page-news-reminder = Rappel
page-news-started = Commencée
page-news-moved = Déplacée
page-news-extended = Prolongée
page-news-delayed = Prolongée
page-news-verifying = En vérification
page-news-completed = Terminée
page-news-cancelled = Annulée
page-calendar-name = Maintenance de { $name }
page-calendar-event = Maintenance : { $title }
