### Lo que leen los clientes en Discord: órdenes, respuestas, lo que el bot muestra de sí mismo.

## Órdenes, como las lista Discord: 100 caracteres como máximo

chat-about-report = Avisar de un problema con su sitio web
chat-about-status = Cómo está todo
chat-about-subscribe = Recibir las novedades por mensaje directo
chat-about-unsubscribe = No recibir más novedades
chat-option-subscribe-server = Un servidor; sin indicarlo, sabrá de todo
chat-option-domain = Su dominio, por ejemplo example.org
chat-option-what = ¿Qué falla?
chat-option-since = ¿Desde cuándo?
chat-option-about = Un servidor o su dominio

## Respuestas a clientes

chat-report-empty = Indique su dominio y qué falla, por favor. Aún no se ha enviado nada.
chat-report-since =
    { $what }
    Desde: { $since }
chat-report-no-words = (un mensaje sin texto)
chat-report-again = Ya nos había enviado esto: lo tenemos.
chat-report-too-many = Tenemos sus avisos y nuestro equipo los ve. Por ahora no hace falta que envíe más.
chat-report-noted = Gracias, queda anotado como aviso. Lo estamos investigando.
chat-which-domain = ¿De qué dominio se trata? Responda con su nombre, por ejemplo example.org.
chat-busy = Ahora mismo no he podido recibirlo: no se ha guardado. Inténtelo de nuevo en un minuto, por favor.
chat-status-server = { $server } { $standing }.
chat-standing = { $status ->
    [operational] funciona con normalidad
    [under_maintenance] está en mantenimiento
    [degraded_performance] va lento o a veces no está disponible
    [partial_outage] casi siempre está sin servicio
   *[major_outage] está caído
}
chat-status-page = Más información: { $url }
chat-fixed = Gracias. Nos alegra que le vuelva a funcionar.
chat-still-broken = Gracias por decírnoslo. Nuestro equipo ya sabe que a usted le sigue fallando.
chat-answer-late = Discord dejó de esperar, así que mi respuesta llega aquí:
chat-command-unknown = Ya no conozco esta orden. Recargue Discord, por favor.
chat-button-unknown = Este botón no es mío o es de un tipo antiguo. Las órdenes hacen lo mismo: vea /help.

## Presencia: 128 caracteres como máximo

chat-presence = { $status ->
    [operational] { $incidents ->
        [0] Todo en orden
       *[other] Todos los servidores funcionan; hay una incidencia abierta
    }
    [under_maintenance] Mantenimiento en curso
    [degraded_performance] Algún problema; vea /status
    [partial_outage] Caída parcial; vea /status
   *[major_outage] Caída; vea /status
}
