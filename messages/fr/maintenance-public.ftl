### Ce que tout le monde peut apprendre d'une fenêtre de maintenance.

window-span = { $start } – { $end }

# D'autres mots publics, là où le personnel n'en a pas donné.
window-words = Pendant une partie de ce temps, les sites web hébergés là peuvent être lents ou ne pas se charger.

window-news-scheduled = Maintenance planifiée sur { $servers } : { $title }. Horaire : { $when }. { $words }
# De même, quand elle doit mettre fin à un incident.
window-news-scheduled-to-mend = Pour mettre fin à cet incident, une maintenance aura lieu sur { $servers } : { $title }. Horaire : { $when }. { $words }
window-news-reminder = Rappel : maintenance sur { $servers } ({ $title }). Horaire : { $when }. { $words }
window-news-started = La maintenance sur { $servers } a commencé : { $title }. Fin prévue : { $end }. { $words }
window-news-moved = La maintenance sur { $servers } ({ $title }) change de date. Nouvel horaire : { $when }.
window-news-extended = La maintenance sur { $servers } ({ $title }) dure plus longtemps. Fin prévue : { $end }.
window-news-delayed = La maintenance sur { $servers } ({ $title }) dure plus longtemps que prévu. Prochaine nouvelle au plus tard : { $end }.
window-news-verifying = Le temps de la maintenance sur { $servers } ({ $title }) est écoulé. Nous vérifions que tout fonctionne.
window-news-completed = La maintenance sur { $servers } ({ $title }) est terminée.
window-news-cancelled = La maintenance sur { $servers } ({ $title }) est annulée.

window-short-scheduled = Maintenance planifiée sur { $servers }. Début : { $start } ; fin prévue : { $end }.
window-short-moved = La maintenance sur { $servers } change de date. Nouveau début : { $start } ; fin prévue : { $end }.
window-short-reminder = Rappel : maintenance sur { $servers }. Début : { $start } ; fin prévue : { $end }.
window-short-started = La maintenance sur { $servers } a commencé. Fin prévue : { $end }.
window-short-extended = La maintenance sur { $servers } dure plus longtemps que prévu. Nouvelle fin prévue : { $end }.
window-short-delayed = La maintenance sur { $servers } dure plus longtemps que prévu. Prochaine nouvelle au plus tard : { $end }.
window-short-verifying = Les travaux sur { $servers } sont terminés. Nous vérifions que tout fonctionne.
window-short-completed = La maintenance sur { $servers } est terminée. Si votre site pose encore problème, merci de nous le signaler.
window-short-cancelled = La maintenance sur { $servers } n’aura pas lieu. Elle était prévue pour : { $start }.
