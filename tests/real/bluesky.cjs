// Starts a PLC directory (in memory) and a Personal Data Server on loopback, for tests/real/bluesky.rs.
// Arguments: where both are installed, a folder for data, the directory's port, the server's port.
'use strict'
const net = require('node:net')
const { createRequire } = require('node:module')
const [place, data, plcPort, pdsPort] = process.argv.slice(2)
const load = createRequire(place + '/package.json')

// Both would listen on every interface.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  const done = rest.find((one) => typeof one === 'function')
  return listen.call(this, { port: typeof port === 'object' ? port.port : port, host: '127.0.0.1' }, done)
}

async function main() {
  const plc = load('@did-plc/server')
  const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: Number(plcPort) })
  await directory.start()
  Object.assign(process.env, {
    PDS_PORT: pdsPort,
    PDS_HOSTNAME: 'localhost',
    PDS_DATA_DIRECTORY: data,
    PDS_BLOBSTORE_DISK_LOCATION: data + '/blobs',
    PDS_DID_PLC_URL: 'http://127.0.0.1:' + plcPort,
    PDS_JWT_SECRET: '0123456789abcdef0123456789abcdef',
    PDS_ADMIN_PASSWORD: 'administrator',
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
    PDS_INVITE_REQUIRED: 'false',
    PDS_DEV_MODE: 'true',
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
    LOG_ENABLED: 'false',
  })
  const pds = load('@atproto/pds')
  const env = pds.readEnv()
  const server = await pds.PDS.create(pds.envToCfg(env), pds.envToSecrets(env))
  await server.start()
  console.log('ready')
}
main().catch((error) => { console.error(error); process.exit(1) })
