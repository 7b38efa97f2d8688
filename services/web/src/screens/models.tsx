export default function X(_: { name?: string; id?: string }) { return <div className="page" />; }
