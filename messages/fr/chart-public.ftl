### Le graphique d'un incident : sur les fiches de l'équipe, et en image à côté des annonces publiques.

chart-title = Vérifications en échec ({ $minutes } min)
chart-reports = Signalements par minute
chart-more = et { $count ->
    [one] 1 autre serveur
   *[other] { $count } autres serveurs
}
chart-nothing = Rien n'a été mesuré

# À côté d'une ligne, 12 signes au plus : serveurs sans nom public, seuls et à côté d'autres.
chart-ours = nos serveurs
chart-others = les autres

# Pour qui ne peut pas le voir.
chart-alt-public = Graphique : part des vérifications en échec de { $from } à { $until }. { $servers }.
chart-alt-server = { $server } : { $now } à la fin (au plus { $most })
chart-alt-server-unmeasured = { $server } : aucune mesure
