### Ce que tout le monde peut apprendre d'une fenêtre de maintenance.

maintenance-scheduled = Maintenance planifiée sur { $servers } : { $title }. Début : { $from } ; fin prévue : { $until }. Pendant ce temps, les sites web hébergés là peuvent être lents ou indisponibles.
maintenance-scheduled-short = Maintenance planifiée sur { $servers }. Début : { $from } ; fin prévue : { $until }.
maintenance-moved = La maintenance sur { $servers } change de date : { $title }. Nouveau début : { $from } ; fin prévue : { $until }. Pendant ce temps, les sites web hébergés là peuvent être lents ou indisponibles.
maintenance-moved-short = La maintenance sur { $servers } change de date. Nouveau début : { $from } ; fin prévue : { $until }.
maintenance-soon = Rappel de la maintenance planifiée sur { $servers } : { $title }. Début : { $from } ; fin prévue : { $until }. Pendant ce temps, les sites web hébergés là peuvent être lents ou indisponibles.
maintenance-soon-short = Rappel : maintenance sur { $servers }. Début : { $from } ; fin prévue : { $until }.
maintenance-started = La maintenance planifiée sur { $servers } a commencé : { $title }. Les sites web hébergés là peuvent être lents ou indisponibles. Fin prévue : { $until }.
maintenance-started-short = La maintenance sur { $servers } a commencé. Fin prévue : { $until }.
maintenance-extended = La maintenance sur { $servers } dure plus longtemps que prévu : { $title }. Les sites web hébergés là peuvent être lents ou indisponibles. Nouvelle fin prévue : { $until }. Veuillez nous excuser pour cette attente.
maintenance-extended-short = La maintenance sur { $servers } dure plus longtemps que prévu. Nouvelle fin prévue : { $until }.
maintenance-delayed = La maintenance sur { $servers } dure plus longtemps que prévu : { $title }. Les sites web hébergés là peuvent être lents ou indisponibles. Prochaine nouvelle au plus tard : { $until }. Veuillez nous excuser pour cette attente.
maintenance-delayed-short = La maintenance sur { $servers } dure plus longtemps que prévu. Prochaine nouvelle au plus tard : { $until }.
maintenance-verifying = La maintenance sur { $servers } touche à sa fin : { $title }. Nous vérifions que tous les sites web hébergés là se chargent normalement.
maintenance-verifying-short = La maintenance sur { $servers } touche à sa fin. Nous vérifions que tout fonctionne.
maintenance-completed = La maintenance sur { $servers } est terminée : { $title }. Les sites web hébergés là se chargent de nouveau normalement. Si le vôtre pose encore problème, merci de nous le signaler.
maintenance-completed-short = La maintenance sur { $servers } est terminée. Si votre site pose encore problème, merci de nous le signaler.
maintenance-cancelled = La maintenance sur { $servers } est annulée : { $title }. Elle était prévue pour : { $from }.
maintenance-cancelled-short = La maintenance sur { $servers } est annulée. Elle était prévue pour : { $from }.

# Le titre de travaux qu’un fournisseur a annoncés.
maintenance-of-provider = { $kind ->
    [provider] Travaux sur le réseau de notre fournisseur
    [network] Travaux sur le réseau de notre fournisseur
    [datacenter] Travaux dans notre centre de données
    [rack] Travaux dans notre centre de données
    [hypervisor] Travaux sur l’une de nos machines hôtes
    [database] Travaux sur notre service de bases de données
    [dns] Travaux sur notre service de noms
    [mail] Travaux sur notre service de messagerie
   *[other] Travaux sur une partie de notre service
}
