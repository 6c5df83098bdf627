### Lo que todo el mundo puede saber de una ventana de mantenimiento.

maintenance-scheduled = Mantenimiento programado en { $servers }: { $title }. Inicio: { $from }; fin previsto: { $until }. Durante ese tiempo, los sitios web alojados allí pueden ir lentos o no estar disponibles.
maintenance-scheduled-short = Mantenimiento programado en { $servers }. Inicio: { $from }; fin previsto: { $until }.
maintenance-moved = El mantenimiento en { $servers } cambia de fecha: { $title }. Nuevo inicio: { $from }; fin previsto: { $until }. Durante ese tiempo, los sitios web alojados allí pueden ir lentos o no estar disponibles.
maintenance-moved-short = El mantenimiento en { $servers } cambia de fecha. Nuevo inicio: { $from }; fin previsto: { $until }.
maintenance-soon = Recordatorio del mantenimiento programado en { $servers }: { $title }. Inicio: { $from }; fin previsto: { $until }. Durante ese tiempo, los sitios web alojados allí pueden ir lentos o no estar disponibles.
maintenance-soon-short = Recordatorio: mantenimiento en { $servers }. Inicio: { $from }; fin previsto: { $until }.
maintenance-started = Ha comenzado el mantenimiento programado en { $servers }: { $title }. Los sitios web alojados allí pueden ir lentos o no estar disponibles. Fin previsto: { $until }.
maintenance-started-short = Ha comenzado el mantenimiento en { $servers }. Fin previsto: { $until }.
maintenance-extended = El mantenimiento en { $servers } está llevando más tiempo de lo previsto: { $title }. Los sitios web alojados allí pueden ir lentos o no estar disponibles. Nuevo fin previsto: { $until }. Lamentamos la espera.
maintenance-extended-short = El mantenimiento en { $servers } está llevando más tiempo de lo previsto. Nuevo fin previsto: { $until }.
maintenance-delayed = El mantenimiento en { $servers } está llevando más tiempo de lo previsto: { $title }. Los sitios web alojados allí pueden ir lentos o no estar disponibles. Próxima noticia, a más tardar: { $until }. Lamentamos la espera.
maintenance-delayed-short = El mantenimiento en { $servers } está llevando más tiempo de lo previsto. Próxima noticia, a más tardar: { $until }.
maintenance-verifying = El mantenimiento en { $servers } llega a su fin: { $title }. Estamos comprobando que todos los sitios web alojados allí cargan con normalidad.
maintenance-verifying-short = El mantenimiento en { $servers } llega a su fin. Estamos comprobando que todo funciona.
maintenance-completed = El mantenimiento en { $servers } ha finalizado: { $title }. Los sitios web alojados allí vuelven a cargar con normalidad. Si el suyo no lo hace, avísenos, por favor.
maintenance-completed-short = El mantenimiento en { $servers } ha finalizado. Si su sitio web sigue fallando, avísenos, por favor.
maintenance-cancelled = El mantenimiento en { $servers } queda cancelado: { $title }. Estaba previsto para: { $from }.
maintenance-cancelled-short = El mantenimiento en { $servers } queda cancelado. Estaba previsto para: { $from }.

# El título de un trabajo que anunció un proveedor.
maintenance-of-provider = { $kind ->
    [provider] Trabajos en la red de nuestro proveedor
    [network] Trabajos en la red de nuestro proveedor
    [datacenter] Trabajos en nuestro centro de datos
    [rack] Trabajos en nuestro centro de datos
    [hypervisor] Trabajos en una de nuestras máquinas anfitrionas
    [database] Trabajos en nuestro servicio de bases de datos
    [dns] Trabajos en nuestro servicio de nombres
    [mail] Trabajos en nuestro servicio de correo
   *[other] Trabajos en una parte de nuestro servicio
}
