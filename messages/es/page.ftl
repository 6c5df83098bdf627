### La página de estado.

## En todas las páginas

page-title = Estado de { $name }
page-skip = Ir al contenido
page-home = Estado actual
page-history-link = Incidencias anteriores
page-report-link = Avisar de un problema
page-subscribe-link = Recibir avisos por correo
page-as-of = Estado a: { $time }. Esta página se actualiza sola cada minuto.
page-as-of-still = Estado a: { $time }.
page-times-in = Todas las horas son de { $zone }.
page-old = Puede que esta página no esté al día. Muestra el estado a: { $time }; desde entonces no le ha llegado nada más reciente.
page-footer = ¿Le pasa algo a su sitio que no ve aquí?

## Palabras de estado

page-status-operational = Operativo
page-status-under-maintenance = En mantenimiento
page-status-degraded-performance = Lento o poco fiable
page-status-partial-outage = Caída parcial
page-status-major-outage = Caída general

page-overall-operational = Todos los sistemas funcionan
page-overall-watching = Todo funciona y lo vigilamos de cerca
page-overall-under-maintenance = Hay un mantenimiento programado en curso
page-overall-degraded-performance = Algunos sitios van lentos o son poco fiables
page-overall-partial-outage = Algunos sitios no están disponibles
page-overall-major-outage = Hay sitios caídos

page-state-investigating = Buscando la causa
page-state-identified = Causa encontrada
page-state-monitoring = Funciona de nuevo, en observación
page-state-resolved = Resuelto
page-state-false-alarm = Falsa alarma

page-kind-investigating = Buscando la causa
page-kind-holding = Buscando la causa
page-kind-identified = Causa encontrada
page-kind-update = Novedades
page-kind-monitoring = Funciona de nuevo, en observación
page-kind-resolved = Resuelto
page-kind-false-alarm = Rectificación
page-kind-post-mortem = Después: qué pasó

## Incidencias

page-open-heading = En este momento
page-affects = Afecta a: { $servers }
page-affects-others = Afecta a algunos de nuestros servidores
page-other-servers = otros servidores
page-started = Inicio: { $time }
page-ended = Inicio: { $start }; fin: { $end } ({ $span })
page-ended-still = Inicio: { $start }
page-next-update = Próximo aviso, como muy tarde: { $time }
page-next-update-late = Había un aviso previsto para: { $time }. Vamos con retraso.
page-updates-heading = Avisos, el más reciente primero
page-all-updates = Todos los avisos
page-resolved-heading = Resuelto recientemente
page-resolved-none = { $days ->
    [one] Ninguna incidencia en el último día.
   *[other] Ninguna incidencia en los últimos { $days } días.
}

page-history-title = Incidencias anteriores
page-history-intro = { $days ->
    [one] El último día.
   *[other] Los últimos { $days } días.
}

## Servidores

page-servers-heading = Servidores
page-server-hosting = Alojamiento web
page-server-others = Otros servidores
page-servers-working = { $count ->
    [one] { $count } servidor funciona con normalidad
   *[other] { $count } servidores funcionan con normalidad
}
page-strip = Las últimas 24 horas: { $story }
page-strip-all = { $status } todo el tiempo
page-strip-part = { $status } de { $start } a { $end }
page-strip-now = { $status } desde { $start }
page-strip-else = el resto, { $status }
page-strip-start = hace 24 horas
page-strip-end = ahora

## Cuando no hay nada que mostrar

page-missing-title = Esta página no existe
page-missing-text = Puede que la dirección esté mal escrita o que la incidencia sea tan antigua que ya no aparezca.

page-maintenance-link = Mantenimiento
page-maintenance-title = Mantenimiento
page-maintenance-heading = Trabajos programados
page-maintenance-intro = Lo que está programado, lo que está en curso y lo que se hizo hace poco.
page-maintenance-calendar = Como calendario
page-maintenance-none = No hay ningún mantenimiento programado.
page-maintenance-over = Terminado
page-maintenance-when = { $start } – { $end }
page-window-scheduled = Programado
page-window-in-progress = En curso
page-window-verifying = En comprobación
page-window-completed = Terminado
page-window-cancelled = Cancelado
page-news-scheduled = Anunciado
page-news-reminder = Recordatorio
page-news-started = Comenzado
page-news-moved = Cambio de fecha
page-news-extended = Se alarga
page-news-delayed = Se alarga
page-news-verifying = En comprobación
page-news-completed = Terminado
page-news-cancelled = Cancelado
page-calendar-name = Mantenimiento de { $name }
page-calendar-event = Mantenimiento: { $title }
