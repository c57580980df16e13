// A charger on npm's ocpp-rpc, which checks every message in both directions against the schemas.
// Writes what happens as JSON lines; after "ready" it waits for one remote start and serves it.
import { createRequire } from "node:module";

const { RPCClient } = createRequire(process.cwd() + "/")("ocpp-rpc");
const { ENDPOINT, IDENTITY, PASSWORD, PROTOCOL, TAG } = process.env;
const tell = (step, more = {}) => process.stdout.write(`${JSON.stringify({ step, ...more })}\n`);
const now = () => new Date().toISOString();

const client = new RPCClient({
  endpoint: ENDPOINT,
  identity: IDENTITY,
  password: PASSWORD,
  protocols: [PROTOCOL],
  strictMode: true,
  reconnect: false,
  callTimeoutMs: 10000,
});
client.on("strictValidationFailure", (failure) => tell("violation", { method: failure.method, error: String(failure.error) }));

async function call(action, payload) {
  const answer = await client.call(action, payload);
  tell(action, { answer });
  return answer;
}

const v16 = {
  async arrive() {
    await call("BootNotification", { chargePointVendor: "Foreign", chargePointModel: "Node", firmwareVersion: "2.2.1" });
    await this.status("Available");
    await call("Heartbeat", {});
    await call("Authorize", { idTag: TAG });
    await call("Authorize", { idTag: "NOBODY" });
  },
  status: (status) => call("StatusNotification", { connectorId: 1, errorCode: "NoError", status, timestamp: now() }),
  async charge(idTag, meterStart) {
    const { transactionId } = await call("StartTransaction", { connectorId: 1, idTag, meterStart, timestamp: now() });
    await this.status("Charging");
    for (const register of [meterStart + 500, meterStart + 1000]) {
      const sampledValue = [
        { value: String(register), measurand: "Energy.Active.Import.Register", unit: "Wh" },
        { value: "7.36", measurand: "Power.Active.Import", unit: "kW" },
      ];
      await call("MeterValues", { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] });
    }
    await call("StopTransaction", { transactionId, idTag, meterStop: meterStart + 1200, timestamp: now(), reason: "Local" });
    await this.status("Available");
  },
  remote: "RemoteStartTransaction",
  tag: (params) => params.idTag,
  read: "GetConfiguration",
  settings: () => ({ configurationKey: [{ key: "HeartbeatInterval", readonly: false, value: "300" }], unknownKey: [] }),
};

const v201 = {
  async arrive() {
    await call("BootNotification", { reason: "PowerUp", chargingStation: { vendorName: "Foreign", model: "Node" } });
    await this.status("Available");
    await call("Heartbeat", {});
    await call("Authorize", { idToken: { idToken: TAG, type: "ISO14443" } });
    await call("Authorize", { idToken: { idToken: "NOBODY", type: "ISO14443" } });
  },
  status: (connectorStatus) => call("StatusNotification", { timestamp: now(), connectorStatus, evseId: 1, connectorId: 1 }),
  async charge(idToken, meterStart, remoteStartId) {
    const transactionId = `foreign-${meterStart}`;
    let seqNo = 0;
    const event = (eventType, triggerReason, register, more = {}, info = {}) =>
      call("TransactionEvent", {
        eventType,
        triggerReason,
        timestamp: now(),
        seqNo: seqNo++,
        transactionInfo: { transactionId, ...info },
        meterValue: [{
          timestamp: now(),
          sampledValue: [
            { value: register, measurand: "Energy.Active.Import.Register", unitOfMeasure: { unit: "Wh" } },
            { value: 7360, measurand: "Power.Active.Import", unitOfMeasure: { unit: "W" } },
          ],
        }],
        ...more,
      });
    const token = { idToken: { idToken, type: "ISO14443" }, evse: { id: 1, connectorId: 1 } };
    const trigger = remoteStartId === undefined ? "Authorized" : "RemoteStart";
    await event("Started", trigger, meterStart, token, remoteStartId === undefined ? {} : { remoteStartId });
    await this.status("Occupied");
    await event("Updated", "ChargingStateChanged", meterStart + 500, {}, { chargingState: "Charging" });
    await event("Updated", "MeterValuePeriodic", meterStart + 1000);
    await event("Ended", "StopAuthorized", meterStart + 1200, {}, { stoppedReason: "Local" });
    await this.status("Available");
  },
  remote: "RequestStartTransaction",
  tag: (params) => params.idToken.idToken,
  read: "GetVariables",
  settings: (params) => ({
    getVariableResult: params.getVariableData.map((asked) => ({ ...asked, attributeStatus: "Accepted", attributeValue: "300" })),
  }),
};

const charger = PROTOCOL === "ocpp1.6" ? v16 : v201;
const started = new Promise((resolve) => {
  client.handle(charger.remote, ({ params }) => {
    tell(charger.remote, { asked: params });
    resolve(params);
    return { status: "Accepted" };
  });
});
client.handle(charger.read, ({ params }) => charger.settings(params));

await client.connect();
await charger.arrive();
await charger.charge(TAG, 10000);
tell("ready");
const asked = await started;
await charger.charge(charger.tag(asked), 20000, asked.remoteStartId);
tell("done");
await client.close();
