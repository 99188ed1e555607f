import { useSession } from "../api/hooks";
import { Logo } from "../components/Logo";

/** The console's name, and whose shops it shows. */
export function Brand({ small = false }: { small?: boolean }) {
  const who = useSession();
  if (small) return <Logo size={32} />;
  return (
    <div className="flex min-w-0 items-center gap-2.5 px-1">
      <Logo size={32} />
      <div className="min-w-0 leading-tight">
        <p className="font-semibold tracking-tight">Footfall</p>
        <p className="truncate text-xs text-quiet">{who?.tenantName}</p>
      </div>
    </div>
  );
}
