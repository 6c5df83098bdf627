### Lo que todo el mundo puede saber de una ventana de mantenimiento.

window-span = { $start } – { $end }

# Más palabras públicas, donde el personal no dio ninguna.
window-words = Durante parte de ese tiempo, los sitios web alojados allí pueden ir lentos o no cargar.

window-news-scheduled = Mantenimiento programado en { $servers }: { $title }. Horario: { $when }. { $words }
# Lo mismo, donde ha de poner fin a una incidencia.
window-news-scheduled-to-mend = Para resolver esta incidencia se hará un mantenimiento en { $servers }: { $title }. Horario: { $when }. { $words }
window-news-reminder = Recordatorio: mantenimiento en { $servers } ({ $title }). Horario: { $when }. { $words }
window-news-started = Ha comenzado el mantenimiento en { $servers }: { $title }. Fin previsto: { $end }. { $words }
window-news-moved = El mantenimiento en { $servers } ({ $title }) cambia de fecha. Nuevo horario: { $when }.
window-news-extended = El mantenimiento en { $servers } ({ $title }) lleva más tiempo. Fin previsto: { $end }.
window-news-delayed = El mantenimiento en { $servers } ({ $title }) lleva más tiempo de lo previsto. Próxima noticia, a más tardar: { $end }.
window-news-verifying = El tiempo del mantenimiento en { $servers } ({ $title }) ha terminado. Estamos comprobando que todo funciona.
window-news-completed = El mantenimiento en { $servers } ({ $title }) ha finalizado.
window-news-cancelled = El mantenimiento en { $servers } ({ $title }) queda cancelado.

window-short-scheduled = Mantenimiento programado en { $servers }. Inicio: { $start }; fin previsto: { $end }.
window-short-moved = El mantenimiento en { $servers } cambia de fecha. Nuevo inicio: { $start }; fin previsto: { $end }.
window-short-reminder = Recordatorio: mantenimiento en { $servers }. Inicio: { $start }; fin previsto: { $end }.
window-short-started = Ha comenzado el mantenimiento en { $servers }. Fin previsto: { $end }.
window-short-extended = El mantenimiento en { $servers } está llevando más tiempo de lo previsto. Nuevo fin previsto: { $end }.
window-short-delayed = El mantenimiento en { $servers } lleva más tiempo de lo previsto. Próxima noticia, a más tardar: { $end }.
window-short-verifying = Los trabajos en { $servers } han terminado. Estamos comprobando que todo funciona.
window-short-completed = El mantenimiento en { $servers } ha finalizado. Si su sitio web sigue fallando, avísenos, por favor.
window-short-cancelled = El mantenimiento en { $servers } no se realizará. Estaba previsto para: { $start }.
